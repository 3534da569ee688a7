import { type Database, statement } from '../platform/database';
import { type DayRange } from './difference';

/** The days on which jobs can have been created: those that a time is written with four digits of a year. */
const [FIRST_DAY, LAST_DAY] = ['0001-01-01', '9999-12-31'];

/** Below every owner's id. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Cells of days that are looked at in one batch, for each job of a batch: more than its jobs can have. */
const CELLS_PER_JOB = 20;

const TABLES = ['jobs', 'job_counts', 'job_count_deltas', 'company_counts'];

/** The next owner after $1 who has jobs, or of whom something is counted: one look into an index for each table. */
const NEXT_OWNER = statement(
  'stats_verification.next_owner',
  `SELECT owner_id AS owner FROM (
     ${TABLES.map((table) => `(SELECT owner_id FROM ${table} WHERE owner_id > $1::uuid ORDER BY owner_id LIMIT 1)`).join(' UNION ALL ')}
   ) o ORDER BY owner_id LIMIT 1`,
);

const jobsAt = (archived: boolean): string =>
  `(SELECT utc_day(j.created_at) FROM jobs j
    WHERE j.owner_id = $1::uuid AND j.archived = ${archived} AND j.created_at >= $2::date::timestamp AT TIME ZONE 'UTC'
    ORDER BY j.created_at OFFSET $3 LIMIT 1)`;

/**
 * The day on which a batch that begins on a day has to end, before that day itself is counted in: found by walking
 * along indexes no further than the batch is long. $1 owner, $2 first day, $3 half the jobs of a batch, $4 its cells.
 */
const BORDER = statement(
  'stats_verification.border',
  `SELECT CASE WHEN b.day <= $2::date THEN to_char(($2::date + 1)::timestamp, 'YYYY-MM-DD')
               ELSE to_char(least(b.day, date '${LAST_DAY}')::timestamp, 'YYYY-MM-DD') END AS until
   FROM (
     SELECT least(
       ${jobsAt(false)}, ${jobsAt(true)},
       (SELECT c.cohort FROM job_counts c WHERE c.owner_id = $1::uuid AND c.cohort >= $2::date
        ORDER BY c.cohort OFFSET $4 LIMIT 1),
       date '${LAST_DAY}') AS day
   ) b`,
);

/** Everyone who has jobs, or of whom something is counted, one after the other by id; whoever comes up meanwhile too. */
export async function* allOwners(database: Database): AsyncGenerator<string> {
  for (let after = NOBODY; ;) {
    const [next] = await database.read<{ owner: string }>(NEXT_OWNER, [after]);
    if (next === undefined) return;
    yield next.owner;
    after = next.owner;
  }
}

/**
 * All days, in ranges on each of which an owner has created at most so many jobs; but a day is never parted.
 * @param jobs an even number, at least 2
 */
export async function* dayRanges(database: Database, owner: string, jobs: number): AsyncGenerator<DayRange> {
  for (let from = FIRST_DAY; from < LAST_DAY;) {
    const values = [owner, from, Math.floor(jobs / 2), jobs * CELLS_PER_JOB];
    const { until } = await database.readOne<{ until: string }>(BORDER, values);
    yield { from, until };
    from = until;
  }
}
