import { DAY_DIFFERENCES, TOTAL_DIFFERENCES } from '../../../src/job-counts';
import type { TestApp } from '../test-app';

/** What must hold of every job in the database at any moment; each statement finds the rows that break it. */
const VIOLATIONS: Readonly<Record<string, string>> = {
  'the projection is the newest event by (occurredAt, seq)': `
    SELECT j.id, j.current_status, j.current_status_at, n.status, n.occurred_at
    FROM jobs j LEFT JOIN LATERAL (
      SELECT * FROM job_status_events e WHERE e.job_id = j.id ORDER BY occurred_at DESC, seq DESC LIMIT 1
    ) n ON true
    WHERE (j.current_status, j.current_status_category, j.current_status_at)
          IS DISTINCT FROM (n.status, n.category, n.occurred_at)`,
  'seq runs from 1 to last_seq without a gap': `
    SELECT j.id, j.last_seq, array_agg(e.seq ORDER BY e.seq) AS seqs
    FROM jobs j LEFT JOIN job_status_events e ON e.job_id = j.id GROUP BY j.id
    HAVING array_agg(e.seq ORDER BY e.seq) IS DISTINCT FROM ARRAY(SELECT generate_series(1, j.last_seq))`,
  'no event is left of a deleted job': `
    SELECT e.job_id FROM job_status_events e LEFT JOIN jobs j ON j.id = e.job_id WHERE j.id IS NULL`,
  'the category of an event is that of its status in the workflow': `
    SELECT e.* FROM job_status_events e JOIN jobs j ON j.id = e.job_id
    LEFT JOIN workflow_statuses s ON s.workflow_id = j.workflow_id AND s.key = e.status
    WHERE s.category IS DISTINCT FROM e.category`,
  'what is recorded later happened no earlier on the clock': `
    SELECT * FROM (
      SELECT job_id, seq, recorded_at, lag(recorded_at) OVER (PARTITION BY job_id ORDER BY seq) AS before
      FROM job_status_events
    ) e WHERE recorded_at < before`,
  'each job has one row to be searched by, and it is true': `
    SELECT coalesce(j.id, s.job_id), s.facets, job_facets(j.*) AS truth
    FROM jobs j FULL JOIN job_search s ON s.job_id = j.id
    WHERE j.id IS NULL OR s.job_id IS NULL OR (s.owner_id, s.created_at, s.archived) <> (j.owner_id, j.created_at, j.archived) OR s.facets <> job_facets(j.*)`,
  'a job keeps when it first reached each milestone and met its deadline': `
    SELECT j.id, j.applied_at, j.answered_at, j.offered_at, j.deadline_met_at, m.*
    FROM jobs j CROSS JOIN LATERAL (
      SELECT min(e.occurred_at) FILTER (WHERE s.milestone >= 1), min(e.occurred_at) FILTER (WHERE s.milestone >= 2),
             min(e.occurred_at) FILTER (WHERE s.milestone >= 3), min(e.occurred_at) FILTER (WHERE s.meets_deadline)
      FROM job_status_events e JOIN workflow_statuses s ON s.workflow_id = j.workflow_id AND s.key = e.status
      WHERE e.job_id = j.id
    ) m (applied, answered, offered, met)
    WHERE (j.applied_at, j.answered_at, j.offered_at, j.deadline_met_at)
          IS DISTINCT FROM (m.applied, m.answered, m.offered, m.met)`,
  'no count is kept of nothing': `
    SELECT owner_id, figure, key, jobs, ms FROM job_counts WHERE jobs = 0 AND ms = 0
    UNION ALL
    SELECT owner_id, 'company', company_key, jobs, 0 FROM company_counts WHERE jobs = 0`,
  'a version counts at least the events': `SELECT id, version, last_seq FROM jobs WHERE version < last_seq`,
};

/** The rows that break an invariant, by the invariant's name; empty when all hold. */
export const brokenInvariants = async (app: Pick<TestApp, 'query'>): Promise<Record<string, unknown[]>> => {
  const broken: Record<string, unknown[]> = {};
  for (const [name, sql] of Object.entries(VIOLATIONS)) {
    const rows = await app.query(sql);
    if (rows.length > 0) broken[name] = rows.slice(0, 3);
  }
  const wrong = await wrongCounts(app);
  if (wrong.length > 0) broken['the counts are what a recount gives'] = wrong.slice(0, 3);
  return broken;
};

/** Cells of any owner that are not what a recount gives, with the deltas that are not folded yet. */
const wrongCounts = async (app: Pick<TestApp, 'query'>): Promise<unknown[]> => {
  const owners = await app.query<{ owner: string }>(
    `SELECT id AS owner FROM users UNION SELECT owner_id FROM job_counts UNION SELECT owner_id FROM job_count_deltas`,
  );
  const wrong: unknown[] = [];
  for (const { owner } of owners) {
    wrong.push(...(await app.query(DAY_DIFFERENCES.text, [owner, '0001-01-01', '9999-12-31'])));
    wrong.push(...(await app.query(TOTAL_DIFFERENCES.text, [owner])));
  }
  return wrong;
};
