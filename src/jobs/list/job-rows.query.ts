import { Injectable } from '@nestjs/common';
import { type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { Database, Parameters, unprepared } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { matching } from './job-count.query';
import { JobRowsStream } from './job-rows.stream';
import { type JobSort } from './job-sort';
import { StreamSlots, type StreamSlot } from './stream-slots';

/** Reads all matching jobs as a stream, in constant memory. */
@Injectable()
export class JobRowsQuery {
  constructor(
    private readonly database: Database,
    private readonly slots: StreamSlots,
  ) {}

  /**
   * Streams the column `json` of each matching job, in the order of the sort, from one snapshot. The
   * connection goes back to the pool when the stream ends, breaks, or is destroyed.
   * @param json SQL over `jobs j` that makes one text a job
   * @param limit most rows
   * @throws Unavailable when too many streams are open, of this owner or of all
   */
  async stream(filter: JobFilter, sort: JobSort, json: string, limit?: number): Promise<Readable> {
    const parameters = new Parameters();
    const direction = sort.descending ? 'DESC' : 'ASC';
    const nullsLast = sort.nullable ? `(j.${sort.column} IS NULL), ` : '';
    const text = `
      SELECT ${json} AS json ${matching(filter, parameters)}
      ORDER BY ${nullsLast}j.${sort.column} ${direction}, j.id ${direction}
      ${limit === undefined ? '' : `LIMIT ${limit}`}`;
    const slot = this.slots.take(filter.ownerId);
    try {
      return await this.open(text, parameters.values, slot);
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  /** How many rows match, counting no further than `limit`. */
  async countUpTo(filter: JobFilter, limit: number): Promise<number> {
    const parameters = new Parameters();
    const text = `SELECT count(*)::int AS rows FROM (SELECT 1 ${matching(filter, parameters)} LIMIT ${limit}) c`;
    return (await this.database.readOne<{ rows: number }>(unprepared(text), parameters.values)).rows;
  }

  /** Opens the stream in a read-only transaction of its own, where the statement timeout does not apply. */
  private async open(text: string, values: unknown[], slot: StreamSlot): Promise<Readable> {
    const client = await this.database.reading(() => this.begin());
    const stream = client.query(new JobRowsStream(text, values, this.slots.stallAfter));
    slot.hold(stream);
    // Of a connection that is gone no portal can be closed: the stream would wait for the server's word forever.
    const gone = (error: Error): void => stream.cut(error);
    client.on('error', gone);
    void giveBackAfter(stream, client, { gone, slot });
    return stream;
  }

  private async begin(): Promise<PoolClient> {
    const client = await this.database.pool.connect();
    try {
      await client.query('BEGIN READ ONLY; SET LOCAL statement_timeout = 0');
      return client;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }
}

/** A stream that broke, or was broken off, may leave the server at work: that connection is not lent again. */
const giveBackAfter = async (
  stream: Readable,
  client: PoolClient,
  { gone, slot }: { gone: (error: Error) => void; slot: StreamSlot },
): Promise<void> => {
  try {
    // Before the commit: who has read to the end may begin again at once.
    await finished(stream).finally(() => slot.release());
    await client.query('COMMIT');
    client.off('error', gone);
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
};
