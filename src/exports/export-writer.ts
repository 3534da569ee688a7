import { Injectable, Logger } from '@nestjs/common';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Caller } from '../auth';
import { ExportService } from '../job-transfer';
import { Problem, Unavailable } from '../platform/http';
import { HandlesWork, type WorkContext } from '../platform/queue';
import { UsersService } from '../users';
import { ChunkSink } from './chunk-sink';
import { filtersOf } from './dto/filters-of';
import { ExportRepository, type ExportAttempt } from './export.repository';
import { EXPORT_RETRIES, WRITE_EXPORT } from './export.work';

/** Bytes of a part of a file: few enough to hold several in memory, enough for few round trips. */
const CHUNK_BYTES = 256 * 1024;

/** Largest file, compressed. Bytes. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** Another attempt has begun, or nobody wants the export any more: nothing is left to do. */
class Superseded extends Error {}

/** No attempt will do better. */
class Hopeless extends Error {}

/** Writes exports in the background: from one snapshot, part by part, in constant memory. */
@Injectable()
export class ExportWriter {
  chunkBytes = CHUNK_BYTES;
  maxBytes = MAX_BYTES;
  private readonly logger = new Logger('Exports');

  constructor(
    private readonly exports: ExportRepository,
    private readonly files: ExportService,
    private readonly users: UsersService,
  ) {}

  /**
   * Writes an export from its beginning; once it is done, does nothing. A failure that may pass is thrown, for the
   * queue to try again; one that will not, or the last, makes the export a failed one.
   */
  @HandlesWork(WRITE_EXPORT)
  async write({ exportId }: { exportId: string }, { attempt, signal }: WorkContext): Promise<void> {
    const begun = await this.exports.begin(exportId);
    if (begun === undefined) return;
    try {
      await this.writeAll(begun, signal);
    } catch (error) {
      if (error instanceof Superseded) {
        await this.tellSuperseded(begun);
        return;
      }
      const final = isHopeless(error) || (attempt > EXPORT_RETRIES && countsAsFailed(signal));
      await this.end(begun, final ? 'failed' : 'queued', error);
      if (!isHopeless(error)) throw error;
    }
  }

  private async writeAll(begun: ExportAttempt, signal: AbortSignal): Promise<void> {
    const query = { ...(await filtersOf(begun.filters)), format: begun.format, events: begun.events };
    const { content, total } = await this.files.counted(query, await this.callerOf(begun), signal);
    try {
      if (total !== undefined) proceed(await this.exports.counted(begun, total));
      let [seq, bytes] = [0, 0];
      const sink = new ChunkSink(this.chunkBytes, async (part) => {
        bytes += part.length;
        if (bytes > this.maxBytes) throw new Hopeless(`The file is larger than ${this.maxBytes} bytes`);
        proceed(await this.exports.addChunk(begun, seq, part, content.rows));
        seq += 1;
      });
      await pipeline(content, createGzip(), sink, { signal });
      proceed(await this.exports.finish(begun, content.rows));
    } finally {
      content.destroy();
    }
  }

  /** With the role of today: who is no admin any more reads nobody else's jobs. */
  private async callerOf({ ownerId }: ExportAttempt): Promise<Caller> {
    const user = await this.users.find(ownerId);
    if (user === null) throw new Superseded();
    return { id: user.id, role: user.role };
  }

  /** Its work counts as done, although nothing came of it here: only the log tells. */
  private async tellSuperseded({ id, attempt }: ExportAttempt): Promise<void> {
    const now = await this.exports.attemptOf(id).catch(() => undefined);
    const line = { exportId: id, attempt, now };
    this.logger.warn(line, 'An attempt is over: its export was begun anew, ended or deleted meanwhile');
  }

  /** Where this fails as well, the next attempt begins anew all the same. */
  private async end(begun: ExportAttempt, state: 'queued' | 'failed', error: unknown): Promise<void> {
    const line = { err: error, exportId: begun.id, attempt: begun.attempt };
    if (state === 'failed') this.logger.error(line, 'An export has failed');
    else this.logger.warn(line, 'An export is begun anew');
    await this.exports.end(begun, state).catch((problem: unknown) => {
      this.logger.warn({ err: problem, exportId: begun.id }, 'The end of an attempt could not be recorded');
    });
  }
}

const proceed = (mine: boolean): void => {
  if (!mine) throw new Superseded();
};

/** What was right when it was asked for may be refused now: a workflow that is gone, a role that was taken. */
const isHopeless = (error: unknown): boolean =>
  error instanceof Hopeless || (error instanceof Problem && !(error instanceof Unavailable));

/**
 * Whether the queue counts the attempt as a failed one: it failed by itself, or its time was up. Where the worker stops or
 * another has the work, it is done again even after the last attempt.
 */
const countsAsFailed = ({ aborted, reason }: { aborted: boolean; reason?: unknown }): boolean =>
  !aborted || (reason instanceof Error && 'outcome' in reason && reason.outcome === 'failed');
