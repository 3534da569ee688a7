import { RecordColumns, unprepared } from '../../platform/database';
import { FIELD_COLUMNS } from './field-columns';
import { type JobMerge } from './job-merge';
import { type NewEvent } from './job-trail';
import { earliestMilestones, firstReached } from './milestones';

type EventRecord = NewEvent & { jobId: string };

const MERGES = new RecordColumns<JobMerge>({
  id: { type: 'uuid', of: ({ id }) => id },
  ...FIELD_COLUMNS,
  archived_at: { type: 'timestamptz', of: ({ archivedAt }) => archivedAt },
  archive_reason: { type: 'text', of: ({ archiveReason }) => archiveReason },
});

const EVENTS = new RecordColumns<EventRecord>({
  job_id: { type: 'uuid', of: ({ jobId }) => jobId },
  id: { type: 'new uuid' },
  status: { type: 'text', of: ({ status }) => status },
  note: { type: 'text', of: ({ note }) => note },
  metadata: { type: 'jsonb', of: ({ metadata }) => metadata },
  occurred_at: { type: 'timestamptz', of: ({ occurredAt }) => occurredAt },
});

/** The values of the parameters of `MERGE_JOBS`. */
export const mergeParameters = (ownerId: string, actorId: string, merges: readonly JobMerge[]): unknown[] => {
  const events = merges.flatMap(({ id, events: told }) => told.map((event) => ({ ...event, jobId: id })));
  return [ownerId, actorId, ...MERGES.values(merges), ...EVENTS.values(events)];
};

/**
 * Writes many jobs anew and appends to their trails, in one round trip; the caller holds the locks on the job
 * rows, and has checked that the statuses are those of the workflows.
 *
 * - `merge`: the jobs to be, complete: every field is written as given.
 * - `event`: the given events in their order, under the next `seq`s. One with a time happens then,
 *   but not ahead of the clock; one without happens now: at the later of the clock and the newest event.
 * - `newest`, `reached`: of the given events the newest by `(occurredAt, seq)`, and how far they reach.
 *
 * Transition rules bind no event here: what is told is what happened. The version is counted up once.
 *
 * Planned at each use, which costs nothing beside the work, so that the plan fits the table as it is.
 *
 * $1 owner, $2 actor, $3 and on the jobs, then the events.
 */
export const MERGE_JOBS = unprepared(
  `
  WITH clock AS MATERIALIZED (
    SELECT date_trunc('milliseconds', clock_timestamp()) AS now
  ), merge AS MATERIALIZED (
    SELECT * FROM ${MERGES.table(3, { planned: true })} r
  ), event AS MATERIALIZED (
    SELECT r.job_id, j.last_seq + row_number() OVER (PARTITION BY r.job_id ORDER BY r.place) AS seq,
           r.id, r.status, s.category, s.milestone, s.meets_deadline, r.note, coalesce(r.metadata, '{}') AS metadata,
           coalesce(least(r.occurred_at, c.now), greatest(c.now, j.current_status_at)) AS occurred_at
    FROM ${EVENTS.table(3 + MERGES.count, { planned: true })} r
    CROSS JOIN clock c
    JOIN jobs j ON j.id = r.job_id AND j.owner_id = $1
    JOIN workflow_statuses s ON s.workflow_id = j.workflow_id AND s.key = r.status
  ), newest AS (
    SELECT DISTINCT ON (job_id) job_id, status, category, occurred_at, max(seq) OVER (PARTITION BY job_id) AS last_seq
    FROM event ORDER BY job_id, occurred_at DESC, seq DESC
  ), reached AS (
    SELECT e.job_id, ${firstReached('e', 'e.occurred_at')} FROM event e GROUP BY e.job_id
  ), trail AS (
    INSERT INTO job_status_events
      (job_id, seq, id, status, category, note, metadata, occurred_at, recorded_at, actor_id)
    SELECT e.job_id, e.seq, e.id, e.status, e.category, e.note, e.metadata, e.occurred_at, c.now, $2
    FROM event e CROSS JOIN clock c
  )
  UPDATE jobs j SET
    title = m.title, company = m.company, location = m.location, city = m.city, state = m.state,
    job_type = m.job_type, industry = m.industry, source = m.source, url = m.url, description = m.description,
    notes = m.notes, salary_min = m.salary_min, salary_max = m.salary_max, salary_currency = m.salary_currency,
    deadline = m.deadline, tags = m.tags, attributes = m.attributes,
    archived_at = CASE WHEN m.archived_at IS NOT NULL THEN least(m.archived_at, c.now) END,
    archive_reason = m.archive_reason,
    last_seq = coalesce(n.last_seq, j.last_seq),
    current_status = CASE WHEN n.occurred_at >= j.current_status_at THEN n.status ELSE j.current_status END,
    current_status_category =
      CASE WHEN n.occurred_at >= j.current_status_at THEN n.category ELSE j.current_status_category END,
    current_status_at = greatest(n.occurred_at, j.current_status_at),
    ${earliestMilestones('j', 'r')},
    version = j.version + 1,
    updated_at = c.now
  FROM merge m CROSS JOIN clock c LEFT JOIN newest n ON n.job_id = m.id LEFT JOIN reached r ON r.job_id = m.id
  WHERE j.id = m.id AND j.owner_id = $1`,
  'jobs.merge',
);
