/** Which jobs are counted, as the statement is given it. Dates are days of the time zone. */
export interface StatsScope {
  ownerId: string;
  workflow: string | undefined;
  /** First and last day of creation. */
  from: string | undefined;
  to: string | undefined;
  /** IANA; `undefined`: the owner's own. */
  timeZone: string | undefined;
}

/** The values of the parameters of every statement of statistics. */
export const scopeParameters = ({ ownerId, workflow, from, to, timeZone }: StatsScope): unknown[] => [
  ownerId,
  workflow ?? null,
  from ?? null,
  to ?? null,
  timeZone ?? null,
];

/**
 * What is asked: $1 owner, $2 workflow or null, $3 and $4 first and last day or null, $5 time zone or null. Read
 * from here and never as parameters, so that the planner does not plan anew for every owner.
 *
 * - `span`: from when until when the jobs were created, and the whole UTC days inside.
 * - `edge`: the rest of that time; it has less than two days. A span inside one UTC day is one edge.
 */
export const SCOPE = `
  asked AS MATERIALIZED (
    SELECT u.id AS owner, $2::text AS workflow, coalesce($5::text, u.time_zone) AS zone,
           date_trunc('milliseconds', clock_timestamp()) AS now, $3::date AS first, $4::date AS last
    FROM users u WHERE u.id = $1::uuid
  ), span AS MATERIALIZED (
    SELECT s.*, utc_day(s.from_at + interval '1 day - 1 microsecond') AS first_day, utc_day(s.until_at) AS end_day
    FROM (
      SELECT coalesce(local_day_start(first, zone), '-infinity') AS from_at,
             coalesce(local_day_start(last + 1, zone), 'infinity') AS until_at
      FROM asked
    ) s
  ), edge AS MATERIALIZED (
    SELECT from_at, CASE WHEN first_day < end_day THEN first_day::timestamp AT TIME ZONE 'UTC' ELSE until_at END AS until_at
    FROM span
    UNION ALL
    SELECT end_day::timestamp AT TIME ZONE 'UTC', until_at FROM span WHERE first_day < end_day
  )`;

/** SQL that keeps cells of the asked workflow; all, where none is. */
export const ofWorkflow = (cell: string): string =>
  `(${cell}.workflow_id = (SELECT workflow FROM asked) OR (SELECT workflow FROM asked) IS NULL)`;

/**
 * The cells that are not in `job_counts` as they are wanted: deltas that are still to be folded, and, where only some
 * days of creation are asked for, what the jobs at the edges of that time add.
 * @param ranged whether there is a first or last day
 */
export const loose = (ranged: boolean): string => {
  const deltas = `
    SELECT d.workflow_id, d.figure, d.key, d.jobs, d.ms FROM job_count_deltas d
    WHERE d.owner_id = (SELECT owner FROM asked) AND ${ofWorkflow('d')}`;
  if (!ranged) return `loose AS MATERIALIZED (${deltas})`;
  return `loose AS MATERIALIZED (
    ${deltas} AND d.cohort >= (SELECT first_day FROM span) AND d.cohort < (SELECT end_day FROM span)
    UNION ALL
    SELECT t.workflow_id, t.figure, t.key COLLATE "C", t.jobs, t.ms
    FROM edge e CROSS JOIN LATERAL job_count_truth((SELECT owner FROM asked), e.from_at, e.until_at) t
    WHERE ${ofWorkflow('t')}
  )`;
};

const named = (figures: readonly string[]): string =>
  `c.figure IN (${figures.map((figure) => `'${figure}'`).join(', ')})`;

/**
 * SQL for the cells of all time as they have been folded, without `loose`, as `c (workflow_id, figure, key, jobs, ms)`.
 * @param figures names of figures
 * @param where further condition on `c`, for an index to use
 */
export const folded = (figures: readonly string[], where = 'true'): string => `(
    SELECT c.workflow_id, c.figure, c.key, c.jobs, c.ms FROM job_counts c
    WHERE c.owner_id = (SELECT owner FROM asked) AND c.cohort = '-infinity' AND ${named(figures)}
      AND ${ofWorkflow('c')} AND ${where}
  )`;

const foldedOfSomeDays = (figures: readonly string[], where: string): string => `(
    SELECT c.workflow_id, c.figure, c.key, c.jobs, c.ms FROM job_counts c
    WHERE c.owner_id = (SELECT owner FROM asked) AND c.cohort > '-infinity'
      AND c.cohort >= (SELECT first_day FROM span) AND c.cohort < (SELECT end_day FROM span) AND ${named(figures)}
      AND ${ofWorkflow('c')} AND ${where}
  )`;

/** SQL for the cells of figures, folded or `loose`; the rest as for `folded`. @param ranged whether some days are asked for */
export const cells = (ranged: boolean, figures: readonly string[], where = 'true'): string => `(
    SELECT c.* FROM ${ranged ? foldedOfSomeDays(figures, where) : folded(figures, where)} c
    UNION ALL
    SELECT c.* FROM loose c WHERE ${named(figures)} AND ${where}
  )`;
