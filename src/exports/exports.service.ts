import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Caller } from '../auth';
import { ExportService } from '../job-transfer';
import { Database } from '../platform/database';
import { NotFound, RateLimited } from '../platform/http';
import { WorkQueue } from '../platform/queue';
import { type CreateExportDto } from './dto/create-export.dto';
import { exportDto, type ExportDto } from './dto/export.dto';
import { filtersOf, namingFilters } from './dto/filters-of';
import { ExportRepository, type FinishedExport } from './export.repository';
import { WRITE_EXPORT } from './export.work';

/** Exports of one owner that may be unfinished at a time. */
export const MAX_UNFINISHED = 3;

/** Seconds after which an owner with too many may ask again. */
const RETRY_AFTER = 30;

/** Exports that are written in the background. */
@Injectable()
export class ExportsService {
  constructor(
    private readonly database: Database,
    private readonly exports: ExportRepository,
    private readonly files: ExportService,
    private readonly queue: WorkQueue,
  ) {}

  /**
   * Has an export written. It and its place in the queue are there together or not at all. What the owner has beyond
   * `MAX_KEPT` expires.
   * @throws ValidationFailed, Forbidden as the list does, and for events in CSV
   * @throws RateLimited while the owner has too many that are not finished
   */
  async create(
    caller: Caller,
    { format, events = false, filters: given = {} }: CreateExportDto,
  ): Promise<ExportDto> {
    const filters = await filtersOf(given);
    await namingFilters(() => this.files.check({ ...filters, format, events }, caller));
    return this.database.transaction(async () => {
      if ((await this.exports.unfinished(caller.id)) >= MAX_UNFINISHED) {
        throw new RateLimited(
          `${MAX_UNFINISHED} of your exports are not finished. Ask for the next when one is.`,
          RETRY_AFTER,
        );
      }
      await this.exports.expireBeyond(caller.id);
      const id = uuidv7();
      const made = await this.exports.insert({ id, ownerId: caller.id, format, events, filters });
      await this.queue.send(WRITE_EXPORT, { exportId: id });
      return exportDto(made);
    });
  }

  /** @throws NotFound for another's, and once it has expired */
  async get(caller: Caller, id: string): Promise<ExportDto> {
    const found = await this.exports.find(caller.id, id);
    if (found === undefined) throw new NotFound('export');
    return exportDto(found);
  }

  /** @throws NotFound as `get` does, and until the file is there */
  async file(caller: Caller, id: string): Promise<FinishedExport> {
    const found = await this.exports.findFile(caller.id, id);
    if (found === undefined) throw new NotFound('file of an export');
    return found;
  }
}
