import { DAY_DIFFERENCES, TOTAL_DIFFERENCES } from '../job-counts';
import { statement, unprepared } from '../platform/database';

/** Figures that have cells of all time alone, since their keys are times of creation. */
const TIMELINE = `figure IN ('created_day', 'created_quarter')`;

/** A day, or a quarter of an hour of it; of the right form. */
const TIMELINE_KEY = `'^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(T([01]\\d|2[0-3]):(00|15|30|45))?$'`;

const IS_NO_TIME = `CASE
  WHEN key !~ ${TIMELINE_KEY} OR key < '0001' OR key >= '9999-12-31' THEN true
  -- No such day in that month.
  ELSE left(key, 10) <> to_char(
    (make_date(left(key, 4)::int, substr(key, 6, 2)::int, 1) + substr(key, 9, 2)::int - 1)::timestamp, 'YYYY-MM-DD')
  END`;

const STRAY = `(
  jobs = 0 AND ms = 0
  OR ${TIMELINE} AND (cohort > '-infinity' OR ${IS_NO_TIME})
  OR figure = 'company' AND cohort = '-infinity'
  OR cohort > '-infinity' AND figure IN (SELECT coarse_figure(f) FROM unnest(job_count_figures()) f)
  OR cohort > '-infinity' AND (cohort < '0001-01-01' OR cohort >= '9999-12-31'))`;

/** Cells that should not be there: of nothing, or where no fold puts any. $1 owner, $2 most rows. */
export const FIND_STRAYS = unprepared(
  `SELECT s.*, count(*) OVER ()::int AS count FROM (
     SELECT workflow_id AS "workflowId", cohort::text, figure, key, jobs::text, ms::text
     FROM job_counts WHERE owner_id = $1::uuid AND ${STRAY}
     UNION ALL
     SELECT workflow_id, '-infinity', 'company', company_key, '0', '0'
     FROM company_counts WHERE owner_id = $1::uuid AND jobs = 0
   ) s LIMIT $2`,
);

/** $1 owner. */
export const DELETE_STRAYS = [
  unprepared(`DELETE FROM job_counts WHERE owner_id = $1::uuid AND ${STRAY}`),
  unprepared(`DELETE FROM company_counts WHERE owner_id = $1::uuid AND jobs = 0`),
];

/** Planned at each use, which costs nothing beside the work: what is best differs between ranges. */
const found = (differences: string, limit: string): string =>
  `SELECT d.*, count(*) OVER ()::int AS count FROM (${differences}) d LIMIT ${limit}`;

/** $1 owner, $2 first day, $3 the day after the last one, $4 most rows. */
export const FIND_DAYS = unprepared(found(DAY_DIFFERENCES.text, '$4'));

/** $1 owner, $2 most rows. */
export const FIND_TOTALS = unprepared(found(TOTAL_DIFFERENCES.text, '$2'));

/**
 * Inserts as deltas what the cells of days lack, in the statement that finds it: whatever others commit before its
 * snapshot is in both sides of the comparison, and what they commit after it brings its own deltas.
 * $1 owner, $2 first day, $3 the day after the last one.
 */
export const MEND_DAYS = unprepared(
  `INSERT INTO job_count_deltas (owner_id, workflow_id, cohort, figure, key, jobs, ms)
   SELECT $1::uuid, d."workflowId", d.cohort::date, d.figure, d.key, d.jobs::bigint, d.ms::numeric
   FROM (${DAY_DIFFERENCES.text}) d`,
);

/** Adds to the cells of all time what they lack of the sum of their days. While nobody folds. $1 owner. */
export const MEND_TOTALS = unprepared(
  `WITH wrong AS MATERIALIZED (${TOTAL_DIFFERENCES.text}), cells AS (
     INSERT INTO job_counts AS c (owner_id, cohort, figure, key, workflow_id, jobs, ms)
     SELECT $1::uuid, '-infinity', w.figure, w.key, w."workflowId", w.jobs::bigint, w.ms::numeric
     FROM wrong w WHERE w.figure <> 'company'
     ON CONFLICT (owner_id, cohort, figure, key, workflow_id)
     DO UPDATE SET jobs = c.jobs + excluded.jobs, ms = c.ms + excluded.ms
   )
   INSERT INTO company_counts AS c (owner_id, workflow_id, company_key, jobs)
   SELECT $1::uuid, w."workflowId", w.key, w.jobs::bigint FROM wrong w WHERE w.figure = 'company'
   ON CONFLICT (owner_id, workflow_id, company_key) DO UPDATE SET jobs = c.jobs + excluded.jobs`,
);

const lock = (name: string) =>
  statement('stats_verification.lock', `SELECT pg_advisory_xact_lock(hashtext('${name}'))`);

/** Keeps two repairs from mending the same; a transaction's first statement. Folds go on. */
export const LOCK_REPAIRS = lock('jobtrail.repair_job_counts');

/** Waits for the fold under way, and keeps others from beginning one. */
export const LOCK_FOLDS = lock('jobtrail.fold_job_counts');

/** Gives how many deltas were folded; none, while another is at it. $1 most. */
export const FOLD = statement('stats_verification.fold', `SELECT fold_job_counts($1) AS folded`);
