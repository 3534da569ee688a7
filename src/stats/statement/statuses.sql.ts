import { cells } from './scope.sql';

/**
 * Jobs by workflow and status, and the stays in each: those that have ended, and of jobs under way the one that goes
 * on, which began at the time that `ms` of the figure `status` is a sum of. Milliseconds.
 */
export const statuses = (ranged: boolean): string => `
  status AS MATERIALIZED (
    SELECT w.category, c.key AS status,
           sum(c.jobs) FILTER (WHERE c.figure IN ('status', 'archived')) AS jobs,
           sum(c.jobs) FILTER (WHERE c.figure = 'archived') AS archived,
           sum(c.jobs) FILTER (WHERE c.figure = 'stay' OR (c.figure = 'status' AND w.under_way)) AS stays,
           sum(CASE WHEN c.figure = 'stay' THEN c.ms
                    WHEN c.figure = 'status' AND w.under_way THEN c.jobs * a.now - c.ms END) AS stayed
    FROM ${cells(ranged, ['status', 'archived', 'stay'])} c
    JOIN (
      SELECT workflow_id, key, category, category IN ('todo', 'active') AS under_way FROM workflow_statuses
    ) w ON w.workflow_id = c.workflow_id AND w.key = c.key
    CROSS JOIN (SELECT epoch_ms(now) AS now FROM asked) a
    GROUP BY 1, 2
  )`;

/** The columns of the answer that come from `status` and from the milestones. */
export const STATUS_COLUMNS = (ranged: boolean): string => `
  (SELECT coalesce(json_agg(json_build_object(
     'status', status, 'category', category, 'jobs', coalesce(jobs, 0), 'archived', coalesce(archived, 0),
     'stays', coalesce(stays, 0), 'stayed', stayed) ORDER BY status, category), '[]') FROM status) AS "statuses",
  (SELECT json_build_object(
     'applied', coalesce(sum(c.jobs) FILTER (WHERE c.figure = 'applied'), 0),
     'answered', coalesce(sum(c.jobs) FILTER (WHERE c.figure = 'answered'), 0))
   FROM ${cells(ranged, ['applied', 'answered'])} c) AS "milestones"`;
