import { Injectable, Logger } from '@nestjs/common';
import { type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { AppConfig } from '../../config';
import { Database, Parameters, requestCancel, sqlState, unprepared } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { matching } from './job-matches.sql';
import { JobRowsStream, SlowReader } from './job-rows.stream';
import { type JobSort } from './job-sort';
import { StreamSlots, type StreamSlot } from './stream-slots';

/** SQLSTATE of a statement that was ended, because it took too long or somebody asked for that. */
const QUERY_CANCELED = '57014';

/** The matching jobs as of one moment. */
export interface JobSnapshot {
  rows: Readable;
  /** How many they are; `undefined` where counting them took longer than a statement may. */
  total: number | undefined;
}

/** Reads all matching jobs as a stream, in constant memory. */
@Injectable()
export class JobRowsQuery {
  private readonly logger = new Logger('Exports');

  constructor(
    private readonly database: Database,
    private readonly slots: StreamSlots,
    private readonly config: AppConfig,
  ) {}

  /**
   * Streams the column `json` of each matching job, in the order of the sort, from one snapshot. The
   * connection goes back to the pool when the stream ends, breaks, or is destroyed; after `EXPORT_TIMEOUT` it breaks.
   * @param json SQL over `jobs j` that makes one text a job
   * @param limit most rows
   * @throws Unavailable when too many streams are open, of this owner or of all
   */
  async stream(filter: JobFilter, sort: JobSort, json: string, limit?: number): Promise<Readable> {
    const { text, values } = allRows(filter, sort, json, limit);
    const slot = this.slots.take(filter.ownerId);
    try {
      const client = await this.database.reading(() => this.begin(`BEGIN READ ONLY; ${NO_TIMEOUT}`));
      const stream = this.open(client, text, values, slot);
      stream.endWithin(this.config.limits.exportTimeout);
      stream.once('error', (error) => this.tellOf(error, filter.ownerId));
      return stream;
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  /**
   * As `stream`, with the number of rows, exact and of the same snapshot. Takes no slot: who calls it bounds how many
   * run at once.
   * @param signal ends the counting; the rows are ended by destroying them
   */
  async snapshot(filter: JobFilter, sort: JobSort, json: string, signal?: AbortSignal): Promise<JobSnapshot> {
    const client = await this.database.reading(() =>
      this.begin(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
         SET LOCAL statement_timeout = ${this.config.database.statementTimeout}; SAVEPOINT counting`,
      ),
    );
    try {
      const total = await countAll(client, filter, signal);
      await client.query(NO_TIMEOUT);
      const { text, values } = allRows(filter, sort, json);
      return { rows: this.open(client, text, values), total };
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }

  /** How many rows match, counting no further than `limit`. */
  async countUpTo(filter: JobFilter, limit: number): Promise<number> {
    const parameters = new Parameters();
    const text = `SELECT count(*)::int AS rows FROM (SELECT 1 ${matching(filter, parameters)} LIMIT ${limit}) c`;
    return (await this.database.readOne<{ rows: number }>(unprepared(text, 'jobs.count'), parameters.values))
      .rows;
  }

  /** Opens the stream on a connection with a transaction of its own. One statement reads all: it has one snapshot. */
  private open(client: PoolClient, text: string, values: unknown[], slot?: StreamSlot): JobRowsStream {
    const stream = client.query(new JobRowsStream(text, values, this.slots.stallAfter));
    stream.leaveOff = () => requestCancel(client);
    slot?.hold(stream);
    // Of a connection that is gone no portal can be closed: the stream would wait for the server's word forever.
    const gone = (error: Error): void => stream.cut(error);
    client.on('error', gone);
    void giveBackAfter(stream, client, { gone, slot });
    return stream;
  }

  private tellOf(error: Error, ownerId: string): void {
    if (error instanceof SlowReader)
      this.logger.warn(
        { ownerId, reason: error.message },
        'An export was broken off: its client reads too slowly',
      );
  }

  private async begin(text: string): Promise<PoolClient> {
    const client = await this.database.pool.connect();
    try {
      await client.query(text);
      return client;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }
}

const NO_TIMEOUT = 'SET LOCAL statement_timeout = 0';

const allRows = (
  filter: JobFilter,
  sort: JobSort,
  json: string,
  limit?: number,
): { text: string; values: unknown[] } => {
  const parameters = new Parameters();
  const direction = sort.descending ? 'DESC' : 'ASC';
  const nullsLast = sort.nullable ? `(j.${sort.column} IS NULL), ` : '';
  const text = `
    SELECT ${json} AS json ${matching(filter, parameters)}
    ORDER BY ${nullsLast}j.${sort.column} ${direction}, j.id ${direction}
    ${limit === undefined ? '' : `LIMIT ${limit}`}`;
  return { text: unprepared(text, 'jobs.rows').text, values: parameters.values };
};

/** Counts after a savepoint `counting`, to which it goes back when that takes too long. */
const countAll = async (
  client: PoolClient,
  filter: JobFilter,
  signal: AbortSignal | undefined,
): Promise<number | undefined> => {
  signal?.throwIfAborted();
  const leaveOff = (): void => requestCancel(client);
  signal?.addEventListener('abort', leaveOff);
  try {
    const parameters = new Parameters();
    const text = `SELECT count(*)::int AS rows ${matching(filter, parameters)}`;
    const counted = await client.query<{ rows: number }>(
      unprepared(text, 'jobs.rows-count').text,
      parameters.values,
    );
    return counted.rows[0]?.rows;
  } catch (error) {
    signal?.throwIfAborted();
    if (sqlState(error) !== QUERY_CANCELED) throw error;
    await client.query('ROLLBACK TO SAVEPOINT counting');
    return undefined;
  } finally {
    signal?.removeEventListener('abort', leaveOff);
  }
};

/** A stream that broke, or was broken off, may leave the server at work: that connection is not lent again. */
const giveBackAfter = async (
  stream: Readable,
  client: PoolClient,
  { gone, slot }: { gone: (error: Error) => void; slot: StreamSlot | undefined },
): Promise<void> => {
  try {
    // Before the commit: who has read to the end may begin again at once.
    await finished(stream).finally(() => slot?.release());
    await client.query('COMMIT');
    client.off('error', gone);
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
};
