import { unprepared } from '../platform/database';

/** When the trail of the job `j` first came so far, as `t`. */
const TRUTH = `
  LATERAL (
    SELECT min(e.occurred_at) FILTER (WHERE s.milestone >= 1) AS applied_at,
           min(e.occurred_at) FILTER (WHERE s.milestone >= 2) AS answered_at,
           min(e.occurred_at) FILTER (WHERE s.milestone >= 3) AS offered_at,
           min(e.occurred_at) FILTER (WHERE s.meets_deadline) AS deadline_met_at
    FROM job_status_events e
    JOIN workflow_statuses s ON s.workflow_id = j.workflow_id AND s.key = e.status
    WHERE e.job_id = j.id
  ) t`;

const COLUMNS = ['applied_at', 'answered_at', 'offered_at', 'deadline_met_at'];

const columnsOf = (name: string): string => `(${COLUMNS.map((column) => `${name}.${column}`).join(', ')})`;

const IS_WRONG = `${columnsOf('j')} IS DISTINCT FROM ${columnsOf('t')}`;

/** $1 owner, $2 first UTC day of creation, $3 the day after the last one. */
const WRONG_JOBS = `
  FROM jobs j CROSS JOIN ${TRUTH}
  WHERE j.owner_id = $1::uuid AND j.archived IN (false, true)
    AND j.created_at >= $2::date::timestamp AT TIME ZONE 'UTC' AND j.created_at < $3::date::timestamp AT TIME ZONE 'UTC'
    AND ${IS_WRONG}`;

/** A row a column that is wrong, with how many there are. $1 owner, $2 and $3 days, $4 most rows. */
export const FIND_MILESTONES = unprepared(
  `SELECT w.id AS "jobId", c.name AS "column", c.found, c.expected, count(*) OVER ()::int AS count
   FROM (
     SELECT j.id, ${COLUMNS.map((column) => `j.${column}, t.${column} AS true_${column}`).join(', ')} ${WRONG_JOBS}
   ) w
   CROSS JOIN LATERAL (VALUES
     ${COLUMNS.map((column) => `('${column}', w.${column}, w.true_${column})`).join(', ')}
   ) c (name, found, expected)
   WHERE c.found IS DISTINCT FROM c.expected
   LIMIT $4`,
);

/** Locks some of the jobs that are wrong, in the order of their ids, as bulk changes do. $1 owner, $2 and $3 days, $4 most. */
export const LOCK_WRONG_JOBS = unprepared(
  `SELECT j.id ${WRONG_JOBS} ORDER BY j.id LIMIT $4 FOR NO KEY UPDATE OF j`,
);

/** Puts locked jobs right; from trails as they are now that nobody adds to them. $1 job ids. */
export const MEND_MILESTONES = unprepared(
  `UPDATE jobs SET ${COLUMNS.map((column) => `${column} = w.${column}`).join(', ')}
   FROM (
     SELECT j.id, ${COLUMNS.map((column) => `t.${column}`).join(', ')}
     FROM jobs j CROSS JOIN ${TRUTH} WHERE j.id = ANY ($1::uuid[]) AND ${IS_WRONG}
   ) w
   WHERE jobs.id = w.id`,
);
