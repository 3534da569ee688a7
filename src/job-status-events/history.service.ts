import { Injectable } from '@nestjs/common';
import { type Caller } from '../auth';
import { NotFound } from '../platform/http';
import { CursorCodec, edge, pageBody, PageLimit, pagePlace, pagination } from '../platform/pagination';
import { HistoryQuery } from './history.query';
import { type HistoryQueryDto } from './status-event.dto';

/** The history of one job, newest first. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly history: HistoryQuery,
    private readonly cursors: CursorCodec,
    private readonly limits: PageLimit,
  ) {}

  /** The JSON text of one page. @throws NotFound, CursorMismatch, ValidationFailed */
  async page(caller: Caller, jobId: string, dto: HistoryQueryDto): Promise<string> {
    const limit = this.limits.of(dto);
    const query = JSON.stringify(['history', jobId]);
    const cursor = dto.cursor === undefined ? undefined : this.cursors.decode(dto.cursor, query);
    const page = await this.history.page(caller.id, jobId, limit, cursor);
    if (page.total === null) throw new NotFound('job');
    const read = {
      limit,
      fetched: page.fetched,
      first: edge(page.firstKey, page.firstSeq),
      last: edge(page.lastKey, page.lastSeq),
    };
    const place = pagePlace(read, { page: 1, cursor }, this.cursors, query);
    return pageBody(page.rows, pagination(place, { items: page.total, mode: 'exact' }));
  }
}
