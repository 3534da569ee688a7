import { Injectable } from '@nestjs/common';
import QueryStream from 'pg-query-stream';
import { Readable } from 'node:stream';
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

  private async open(text: string, values: unknown[]): Promise<Readable> {
    const client = await this.database.pool.connect();
    let released = false;
    const release = (error?: Error | null): void => {
      if (released) return;
      released = true;
      // A stream that was broken off leaves its portal open: that connection is not lent again.
      client.release(error ?? undefined);
    };
    const stream = client.query(new QueryStream(text, values, { batchSize: BATCH }));
    stream.once('error', (error: Error) => release(error));
    stream.once('close', () => release(stream.readableEnded ? null : new Error('The reader left.')));
    return stream;
  }
}
