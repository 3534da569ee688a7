import { statement } from '../../platform/database';
import { JOB_JSON } from '../job-json';

/**
 * Inserts jobs with their first events in one round trip; the statuses are those of a workflow, or the event
 * would lack its category, which the table refuses: the caller has checked. A job whose `externalRef` the owner has already is passed over.
 *
 * - `job`, `event`: the given records; an event without a time, or with one ahead of the clock, happens now.
 * - `newest`: where each job's trail stands, by `(occurredAt, seq)`.
 *
 * Outer joins, because the planner then expects as many rows as there are records, and joins many by hashing.
 *
 * $1 jobs and $2 events as JSON arrays of records, $3 owner, $4 actor.
 */
const insert = (result: string): string => `
  WITH clock AS MATERIALIZED (
    SELECT date_trunc('milliseconds', clock_timestamp()) AS now
  ), job AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS r (
      id uuid, workflow text, external_ref text, title text, company text, location text, city text, state text,
      job_type text, industry text, source text, url text, description text, notes text,
      salary_min double precision, salary_max double precision, salary_currency text, deadline date,
      tags text[], attributes jsonb, created_at timestamptz, archived_at timestamptz, archive_reason text
    )
  ), event AS MATERIALIZED (
    SELECT r.job_id, r.seq, r.id, r.status, s.category, r.note, coalesce(r.metadata, '{}') AS metadata,
           least(r.occurred_at, c.now) AS occurred_at
    FROM json_to_recordset($2::json) AS r (
      job_id uuid, seq integer, id uuid, status text, note text, metadata jsonb, occurred_at timestamptz
    )
    CROSS JOIN clock c
    LEFT JOIN job ON job.id = r.job_id
    LEFT JOIN workflow_statuses s ON s.workflow_id = job.workflow AND s.key = r.status
  ), newest AS (
    SELECT DISTINCT ON (job_id) job_id, status, category, occurred_at,
           max(seq) OVER trail AS last_seq, min(occurred_at) OVER trail AS earliest
    FROM event WINDOW trail AS (PARTITION BY job_id)
    ORDER BY job_id, occurred_at DESC, seq DESC
  ), inserted AS (
    INSERT INTO jobs (
      id, owner_id, workflow_id, external_ref, title, company, location, city, state, job_type, industry, source,
      url, description, notes, salary_min, salary_max, salary_currency, deadline, tags, attributes,
      current_status, current_status_category, current_status_at, last_seq, created_at, updated_at,
      archived_at, archive_reason
    )
    SELECT job.id, $3, job.workflow, job.external_ref, job.title, job.company, job.location, job.city, job.state,
           job.job_type, job.industry, job.source, job.url, job.description, job.notes, job.salary_min,
           job.salary_max, job.salary_currency, job.deadline, coalesce(job.tags, '{}'),
           coalesce(job.attributes, '{}'), newest.status, newest.category, newest.occurred_at, newest.last_seq,
           CASE WHEN job.created_at IS NULL THEN newest.earliest ELSE least(job.created_at, c.now) END, c.now,
           CASE WHEN job.archived_at IS NOT NULL THEN least(job.archived_at, c.now) END, job.archive_reason
    FROM job
    CROSS JOIN clock c
    JOIN newest ON newest.job_id = job.id
    -- Two such statements with references in common take them in the same order, so they cannot deadlock.
    ORDER BY job.external_ref
    ON CONFLICT (owner_id, external_ref) DO NOTHING
    RETURNING *
  ), trail AS (
    INSERT INTO job_status_events
      (job_id, seq, id, status, category, note, metadata, occurred_at, recorded_at, actor_id)
    SELECT e.job_id, e.seq, e.id, e.status, e.category, e.note, e.metadata, e.occurred_at, c.now, $4
    FROM event e JOIN inserted i ON i.id = e.job_id CROSS JOIN clock c
  )
  ${result}`;

/** Gives the ids of the jobs that were inserted. */
export const INSERT_MANY = statement('jobs.insert_many', insert(`SELECT j.id FROM inserted j`));

/** Gives the JSON of the one job that was inserted. */
export const INSERT_ONE = statement(
  'jobs.insert_one',
  insert(`SELECT j.id, ${JOB_JSON} AS job FROM inserted j`),
);
