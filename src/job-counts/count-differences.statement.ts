import { statement } from '../platform/database';

/** Figures that have no cells of days: their keys are times of creation themselves. */
const TIMELINE = `figure IN ('created_day', 'created_quarter')`;

/** A day as text, which no session setting changes. */
const day = (date: string): string => `to_char(${date}::timestamp, 'YYYY-MM-DD')`;

/**
 * What the cells of days lack, or have too much of: a recount less the counts and deltas, in one snapshot. A row a
 * cell that is wrong; added as deltas they put it right, also while others write. Days are compared as texts, so that a
 * key which is no day is a difference and not an error.
 *
 * $1 owner, $2 first UTC day of creation, $3 the day after the last one.
 */
export const DAY_DIFFERENCES = statement(
  'job_counts.day_differences',
  `SELECT d.workflow_id AS "workflowId", d.cohort, d.figure, d.key,
          sum(d.jobs)::text AS jobs, sum(d.ms)::text AS ms
   FROM (
     SELECT workflow_id, ${day('cohort')} AS cohort, figure, key, jobs, ms
     FROM job_count_truth($1::uuid, $2::date::timestamp AT TIME ZONE 'UTC', $3::date::timestamp AT TIME ZONE 'UTC')
     UNION ALL
     SELECT workflow_id, ${day('cohort')}, figure, key, -jobs, -ms FROM job_counts
     WHERE owner_id = $1::uuid AND cohort >= $2::date AND cohort < $3::date
     UNION ALL
     SELECT workflow_id, left(key, 10), figure, key, -jobs, -ms FROM job_counts
     WHERE owner_id = $1::uuid AND cohort = '-infinity' AND ${TIMELINE}
       AND key >= ${day('$2::date')} AND key < ${day('$3::date')}
     UNION ALL
     SELECT workflow_id, ${day('cohort')}, figure, key, -jobs, -ms FROM job_count_deltas
     WHERE owner_id = $1::uuid AND cohort >= $2::date AND cohort < $3::date
   ) d
   GROUP BY 1, 2, 3, 4 HAVING sum(d.jobs) <> 0 OR sum(d.ms) <> 0
   ORDER BY 2, 3, 4, 1`,
);

/**
 * What the cells of all time lack of the sum of their days, or have too much of, and the coarse ones of the sum of
 * the cells that they sum. All are folded together, so deltas do not matter here. $1 owner.
 */
export const TOTAL_DIFFERENCES = statement(
  'job_counts.total_differences',
  `SELECT t.workflow_id AS "workflowId", '-infinity' AS cohort, t.figure, t.key,
          sum(t.jobs)::text AS jobs, sum(t.ms)::text AS ms
   FROM (
     SELECT w.id AS workflow_id, c.figure, c.key, c.jobs, c.ms
     FROM job_counts c CROSS JOIN LATERAL (VALUES (c.workflow_id), ('')) w (id)
     WHERE c.owner_id = $1::uuid AND c.cohort > '-infinity' AND (w.id <> '' OR c.figure = 'company')
     UNION ALL
     SELECT workflow_id, coarse_figure(figure), coarse_key(figure, key, cohort), jobs, ms FROM job_counts
     WHERE owner_id = $1::uuid AND coarse_figure(figure) IS NOT NULL
       AND (cohort > '-infinity' OR figure = 'created_day')
     UNION ALL
     SELECT workflow_id, figure, key, -jobs, -ms FROM job_counts
     WHERE owner_id = $1::uuid AND cohort = '-infinity' AND NOT (${TIMELINE})
     UNION ALL
     SELECT workflow_id, 'company', company_key, -jobs, 0 FROM company_counts WHERE owner_id = $1::uuid
   ) t
   GROUP BY 1, 3, 4 HAVING sum(t.jobs) <> 0 OR sum(t.ms) <> 0
   ORDER BY 3, 4, 1`,
);
