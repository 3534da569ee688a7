import { Injectable } from '@nestjs/common';
import { eventJson, FROM_STATUS } from '../jobs';
import { Database, jsonTime, statement, type Statement } from '../platform/database';
import { type CursorPosition } from '../platform/pagination';

/** A page of a history as Postgres gives it. */
export interface HistoryPage {
  /** JSON objects joined by commas, newest first. */
  rows: string;
  /** Events read, one more than asked for if there are more. */
  fetched: number;
  firstKey: string | null;
  firstSeq: string | null;
  lastKey: string | null;
  lastSeq: string | null;
  /** Events of the job: the last `seq`, since there is no gap. `null`: no such job. */
  total: number | null;
}

/** Reads events in history order from a place on; $1 job, $2 owner, $3 limit, $4 time and $5 seq of the place. */
const page = (label: string, order: 'ASC' | 'DESC', beyond: string): Statement =>
  statement(
    label,
    `WITH job AS (SELECT id, last_seq FROM jobs WHERE id = $1 AND owner_id = $2)
     SELECT coalesce(string_agg(${eventJson(FROM_STATUS)}, ',' ORDER BY e.occurred_at DESC, e.seq DESC)
                     FILTER (WHERE e.rn <= $3), '') AS "rows",
            count(e.seq)::int AS "fetched",
            min(${jsonTime('e.occurred_at')}) FILTER (WHERE e.rn = 1) AS "firstKey",
            (min(e.seq) FILTER (WHERE e.rn = 1))::text AS "firstSeq",
            min(${jsonTime('e.occurred_at')}) FILTER (WHERE e.rn = $3) AS "lastKey",
            (min(e.seq) FILTER (WHERE e.rn = $3))::text AS "lastSeq",
            (SELECT last_seq FROM job) AS "total"
     FROM (
       SELECT s.*, row_number() OVER (ORDER BY s.occurred_at ${order}, s.seq ${order}) AS rn
       FROM job JOIN job_status_events s ON s.job_id = job.id
       WHERE s.job_id = $1 ${beyond}
       ORDER BY s.occurred_at ${order}, s.seq ${order} LIMIT $3::int + 1
     ) e`,
  );

const NEWEST = page('history.newest', 'DESC', '');
const OLDER = page('history.older', 'DESC', 'AND (s.occurred_at, s.seq) < ($4::timestamptz, $5::int)');
const NEWER = page('history.newer', 'ASC', 'AND (s.occurred_at, s.seq) > ($4::timestamptz, $5::int)');

/** Reads the history of a job. */
@Injectable()
export class HistoryQuery {
  constructor(private readonly database: Database) {}

  /** A page in one round trip; its cost does not depend on the length of the history. */
  async page(
    ownerId: string,
    jobId: string,
    limit: number,
    cursor: CursorPosition | undefined,
  ): Promise<HistoryPage> {
    const values = [jobId, ownerId, limit];
    if (cursor === undefined) return this.run(NEWEST, values);
    return this.run(cursor.direction === 'next' ? OLDER : NEWER, [...values, cursor.key, Number(cursor.id)]);
  }

  private run(query: Statement, values: unknown[]): Promise<HistoryPage> {
    return this.database.readOne<HistoryPage & Record<string, unknown>>(query, values);
  }
}
