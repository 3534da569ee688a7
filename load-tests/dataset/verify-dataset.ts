import { type Client } from 'pg';
import { verifyCounts } from './verify-counts';

/** What the check after loading found. */
export interface DatasetCounts {
  users: number;
  jobs: number;
  events: number;
  /** Jobs whose trail was looked at. */
  checked: number;
}

/** Jobs whose trail is checked: all of a small dataset, else a part of a large one. */
const SAMPLE = 20_000;

/**
 * Invariants, each as a query that finds the jobs that break it; written without regard to how the dataset
 * was made.
 */
const VIOLATIONS: Readonly<Record<string, string>> = {
  'the status of the job is that of its newest event': `
    SELECT j.id FROM sampled j
    WHERE (j.current_status, j.current_status_category, j.current_status_at) IS DISTINCT FROM (
      SELECT (e.status, e.category, e.occurred_at) FROM job_status_events e WHERE e.job_id = j.id
      ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1)`,
  'seq counts from 1 to last_seq without a gap': `
    SELECT j.id FROM sampled j
    WHERE (SELECT (count(*), count(DISTINCT seq), min(seq), max(seq)) FROM job_status_events e WHERE e.job_id = j.id)
          IS DISTINCT FROM (j.last_seq::bigint, j.last_seq::bigint, 1, j.last_seq)`,
  'statuses are of the workflow, in their category': `
    SELECT e.job_id FROM sampled j JOIN job_status_events e ON e.job_id = j.id
    WHERE NOT EXISTS (SELECT FROM workflow_statuses s
      WHERE s.workflow_id = j.workflow_id AND s.key = e.status AND s.category = e.category)`,
  'an event that became the newest followed by an allowed transition': `
    WITH trail AS (
      SELECT e.*, j.workflow_id, lag(e.status) OVER w AS before,
             e.occurred_at >= max(e.occurred_at) OVER w AS newest,
             bool_and(e.occurred_at = e.recorded_at) OVER (PARTITION BY e.job_id) AS in_order
      FROM sampled j JOIN job_status_events e ON e.job_id = j.id
      WINDOW w AS (PARTITION BY e.job_id ORDER BY e.seq)
    )
    SELECT job_id FROM trail t WHERE newest AND in_order AND before IS NOT NULL AND NOT EXISTS (
      SELECT FROM workflow_transitions x
      WHERE x.workflow_id = t.workflow_id AND x.from_status = t.before AND x.to_status = t.status)`,
  'nothing happened after it was recorded, or before the job': `
    SELECT e.job_id FROM sampled j JOIN job_status_events e ON e.job_id = j.id
    WHERE e.occurred_at > e.recorded_at OR e.occurred_at < j.created_at OR e.recorded_at > j.updated_at`,
  'milestones are those of the earliest events that reach them': `
    SELECT j.id FROM sampled j
    WHERE (SELECT (min(e.occurred_at) FILTER (WHERE s.milestone >= 1), min(e.occurred_at) FILTER (WHERE s.milestone >= 2),
                   min(e.occurred_at) FILTER (WHERE s.milestone >= 3), min(e.occurred_at) FILTER (WHERE s.meets_deadline))
           FROM job_status_events e
           JOIN workflow_statuses s ON s.workflow_id = j.workflow_id AND s.key = e.status WHERE e.job_id = j.id)
          IS DISTINCT FROM (j.applied_at, j.answered_at, j.offered_at, j.deadline_met_at)`,
  'the search row is that of the job': `
    SELECT j.id FROM sampled j LEFT JOIN job_search s ON s.job_id = j.id
    WHERE s.facets IS DISTINCT FROM job_facets((SELECT row(r.*)::jobs FROM jobs r WHERE r.id = j.id))
       OR (s.owner_id, s.created_at, s.archived) IS DISTINCT FROM (j.owner_id, j.created_at, j.archived)`,
};

/**
 * Counts what the database holds, and checks the trails of some 20 000 jobs and the counts of some owners.
 * @throws Error that names the invariant and a job that breaks it, or an owner whose counts are not true
 */
export const verifyDataset = async (client: Client): Promise<DatasetCounts> => {
  const counts = await client.query<{ users: number; jobs: number; events: number }>(
    `SELECT (SELECT count(*) FROM users)::int AS users, (SELECT count(*) FROM jobs)::int AS jobs,
            (SELECT count(*) FROM job_status_events)::float8 AS events`,
  );
  const { users, jobs, events } = counts.rows[0]!;
  const percent = Math.min(100, (100 * SAMPLE) / Math.max(jobs, 1));
  const sampled = await client.query(
    `CREATE TEMPORARY TABLE sampled AS SELECT * FROM jobs TABLESAMPLE SYSTEM (${percent})`,
  );
  await client.query(`ANALYZE sampled`);
  try {
    for (const [invariant, text] of Object.entries(VIOLATIONS)) {
      const broken = await client.query<Record<string, string>>(`${text} LIMIT 1`);
      const [job] = broken.rows;
      if (job !== undefined) throw new Error(`Not true of job ${Object.values(job).join()}: ${invariant}`);
    }
  } finally {
    await client.query(`DROP TABLE sampled`);
  }
  await verifyCounts(client);
  return { users, jobs, events, checked: sampled.rowCount ?? 0 };
};
