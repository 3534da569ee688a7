import { Injectable } from '@nestjs/common';
import QueryStream from 'pg-query-stream';
import { type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { Database, Parameters, unprepared } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { matching } from './job-count.query';
import { type JobSort } from './job-sort';

/** Rows that are fetched from Postgres at a time. */
const BATCH = 500;

/** Reads all matching jobs as a stream, in constant memory. */
@Injectable()
export class JobRowsQuery {
  constructor(private readonly database: Database) {}

  /**
   * Streams the column `json` of each matching job, in the order of the sort, from one snapshot. The
   * connection goes back to the pool when the stream ends, breaks, or is destroyed.
   * @param json SQL over `jobs j` that makes one text a job
   * @param limit most rows
   */
  async stream(filter: JobFilter, sort: JobSort, json: string, limit?: number): Promise<Readable> {
    const parameters = new Parameters();
    const direction = sort.descending ? 'DESC' : 'ASC';
    const nullsLast = sort.nullable ? `(j.${sort.column} IS NULL), ` : '';
    const text = `
      SELECT ${json} AS json ${matching(filter, parameters)}
      ORDER BY ${nullsLast}j.${sort.column} ${direction}, j.id ${direction}
      ${limit === undefined ? '' : `LIMIT ${limit}`}`;
    return this.open(text, parameters.values);
  }

  /** How many rows match, counting no further than `limit`. */
  async countUpTo(filter: JobFilter, limit: number): Promise<number> {
    const parameters = new Parameters();
    const text = `SELECT count(*)::int AS rows FROM (SELECT 1 ${matching(filter, parameters)} LIMIT ${limit}) c`;
    return (await this.database.queryOne<{ rows: number }>(unprepared(text), parameters.values)).rows;
  }

  /** Opens the stream in a read-only transaction of its own, where the statement timeout does not apply. */
  private async open(text: string, values: unknown[]): Promise<Readable> {
    const client = await this.database.pool.connect();
    try {
      await client.query('BEGIN READ ONLY; SET LOCAL statement_timeout = 0');
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
    const stream = client.query(new QueryStream(text, values, { batchSize: BATCH }));
    // Of a connection that is gone no portal can be closed: the stream would wait for the server's word forever.
    const gone = (error: Error): void => {
      stream._destroy = (cause: Error | null, done: (error: Error | null) => void): void => done(cause);
      stream.destroy(error);
    };
    client.on('error', gone);
    void giveBackAfter(stream, client, gone);
    return stream;
  }
}

/** A stream that broke, or was broken off, may leave the server at work: that connection is not lent again. */
const giveBackAfter = async (
  stream: Readable,
  client: PoolClient,
  gone: (error: Error) => void,
): Promise<void> => {
  try {
    await finished(stream);
    await client.query('COMMIT');
    client.off('error', gone);
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
};
