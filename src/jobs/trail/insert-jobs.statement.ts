import { RecordColumns, statement } from '../../platform/database';
import { JOB_JSON } from '../job-json';
import { FIELD_COLUMNS } from './field-columns';
import { type NewEvent } from './job-trail';
import { firstReached, MILESTONE_COLUMNS } from './milestones';
import { type NewJob } from './new-job';

/** A job with its id. */
export type JobRecord = NewJob & { id: string };

/** An event of the job at a place among the records of jobs. */
interface EventRecord {
  job: number;
  seq: number;
  event: NewEvent;
}

const JOBS = new RecordColumns<JobRecord>({
  id: { type: 'uuid', of: ({ id }) => id },
  workflow: { type: 'text', of: ({ workflow }) => workflow },
  ...FIELD_COLUMNS,
  created_at: { type: 'timestamptz', of: ({ createdAt }) => createdAt },
  archived_at: { type: 'timestamptz', of: ({ archivedAt }) => archivedAt },
  archive_reason: { type: 'text', of: ({ archiveReason }) => archiveReason },
});

const EVENTS = new RecordColumns<EventRecord>({
  job: { type: 'integer', of: ({ job }) => job },
  seq: { type: 'integer', of: ({ seq }) => seq },
  id: { type: 'new uuid' },
  status: { type: 'text', of: ({ event }) => event.status },
  note: { type: 'text', of: ({ event }) => event.note },
  metadata: { type: 'jsonb', of: ({ event }) => event.metadata },
  occurred_at: { type: 'timestamptz', of: ({ event }) => event.occurredAt },
});

/** The values of the parameters of the statements here. */
export const insertParameters = (ownerId: string, actorId: string, jobs: readonly JobRecord[]): unknown[] => {
  const events = jobs.flatMap(({ events: trail }, index) =>
    trail.map((event, position): EventRecord => ({ job: index + 1, seq: position + 1, event })),
  );
  return [ownerId, actorId, ...JOBS.values(jobs), ...EVENTS.values(events)];
};

/**
 * Inserts jobs with their first events in one round trip; the statuses are those of a workflow, or the event
 * would lack its category, which the table refuses: the caller has checked. A job whose `externalRef` the owner has already is passed over.
 *
 * - `job`, `event`: the given records; an event without a time, or with one ahead of the clock, happens now.
 * - `span`, `newest`: how far each job's trail reaches, and where it stands, by `(occurredAt, seq)`.
 *
 * Outer joins, because the planner then expects as many rows as there are records, and joins many by hashing.
 *
 * $1 owner, $2 actor, $3 and on the jobs, then the events.
 */
const insert = (inserted: string, result: string): string => `
  WITH clock AS MATERIALIZED (
    SELECT date_trunc('milliseconds', clock_timestamp()) AS now
  ), job AS MATERIALIZED (
    SELECT * FROM ${JOBS.table(3)} r
  ), event AS MATERIALIZED (
    SELECT r.job, job.id AS job_id, r.seq, r.id, r.status, s.category, s.milestone, s.meets_deadline, r.note,
           coalesce(r.metadata, '{}') AS metadata, least(r.occurred_at, c.now) AS occurred_at
    FROM ${EVENTS.table(3 + JOBS.count)} r
    CROSS JOIN clock c
    LEFT JOIN job ON job.place = r.job
    LEFT JOIN workflow_statuses s ON s.workflow_id = job.workflow AND s.key = r.status
  ), span AS (
    SELECT e.job, max(e.seq) AS last_seq, min(e.occurred_at) AS earliest, ${firstReached('e', 'e.occurred_at')}
    FROM event e GROUP BY e.job
  ), newest AS (
    SELECT DISTINCT ON (job) job, status, category, occurred_at FROM event ORDER BY job, occurred_at DESC, seq DESC
  ), inserted AS (
    INSERT INTO jobs (
      id, owner_id, workflow_id, external_ref, title, company, location, city, state, job_type, industry, source,
      url, description, notes, salary_min, salary_max, salary_currency, deadline, tags, attributes,
      current_status, current_status_category, current_status_at, last_seq, created_at, updated_at,
      archived_at, archive_reason, ${MILESTONE_COLUMNS.join(', ')}
    )
    SELECT job.id, $1, job.workflow, job.external_ref, job.title, job.company, job.location, job.city, job.state,
           job.job_type, job.industry, job.source, job.url, job.description, job.notes, job.salary_min,
           job.salary_max, job.salary_currency, job.deadline, coalesce(job.tags, '{}'),
           coalesce(job.attributes, '{}'), newest.status, newest.category, newest.occurred_at, span.last_seq,
           CASE WHEN job.created_at IS NULL THEN span.earliest ELSE least(job.created_at, c.now) END, c.now,
           CASE WHEN job.archived_at IS NOT NULL THEN least(job.archived_at, c.now) END, job.archive_reason,
           ${MILESTONE_COLUMNS.map((column) => `span.${column}`).join(', ')}
    FROM job
    CROSS JOIN clock c
    JOIN span ON span.job = job.place
    JOIN newest ON newest.job = job.place
    -- Two such statements with references in common take them in the same order, so they cannot deadlock.
    ORDER BY job.external_ref
    ON CONFLICT (owner_id, external_ref) DO NOTHING
    RETURNING ${inserted}
  ), trail AS (
    INSERT INTO job_status_events
      (job_id, seq, id, status, category, note, metadata, occurred_at, recorded_at, actor_id)
    SELECT e.job_id, e.seq, e.id, e.status, e.category, e.note, e.metadata, e.occurred_at, c.now, $2
    FROM event e JOIN inserted i ON i.id = e.job_id CROSS JOIN clock c
  )
  ${result}`;

/** Gives the ids of the jobs that were inserted. */
export const INSERT_MANY = statement('jobs.insert_many', insert('id', `SELECT j.id FROM inserted j`));

/** Gives the JSON of the one job that was inserted. */
export const INSERT_ONE = statement(
  'jobs.insert_one',
  insert('*', `SELECT j.id, ${JOB_JSON} AS job FROM inserted j`),
);
