import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../platform/database';
import { ROW_FIELDS, rowJson } from '../job-json';

/** As a value that is known before the jobs are read, so that the index of the deadlines begins there. */
const TODAY = `(SELECT (now() AT TIME ZONE time_zone)::date FROM users WHERE id = $1)`;

/** Milliseconds until the owner's day ends. */
const DAY_ENDS_IN = `(
  SELECT ceil(extract(epoch FROM (date_trunc('day', now() AT TIME ZONE time_zone) + interval '1 day') AT TIME ZONE time_zone - now()) * 1000)::int
  FROM users WHERE id = $1
)`;

const UPCOMING = statement(
  'jobs.upcoming_deadlines',
  `SELECT ${DAY_ENDS_IN} AS "dayEndsIn", coalesce(string_agg(${rowJson(ROW_FIELDS)}, ',' ORDER BY j.deadline, j.id), '') AS rows
   FROM (
     SELECT j.* FROM jobs j
     WHERE j.owner_id = $1 AND NOT j.archived
       AND j.deadline BETWEEN ${TODAY} AND ${TODAY} + $2::int
       AND j.current_status_category IN ('todo', 'active')
     ORDER BY j.deadline, j.id LIMIT $3
   ) j`,
);

interface UpcomingRow {
  rows: string;
  dayEndsIn: number | null;
}

/** Jobs whose deadline comes soon. */
@Injectable()
export class UpcomingDeadlinesQuery {
  constructor(private readonly database: Database) {}

  /**
   * The JSON body: jobs that are still to do or under way, not archived, whose deadline is today (in
   * the owner's time zone) or within `days` days, soonest first. Right for `dayEndsIn` milliseconds at most,
   * until the owner's day ends; `null` when there is no such owner.
   */
  async body(
    ownerId: string,
    days: number,
    limit: number,
  ): Promise<{ body: string; dayEndsIn: number | null }> {
    const found = await this.database.readOne<UpcomingRow>(UPCOMING, [ownerId, days, limit]);
    return { body: `{"data":[${found.rows}]}`, dayEndsIn: found.dayEndsIn };
  }
}
