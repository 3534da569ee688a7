import { statement } from '../../platform/database';
import { JOB_JSON } from '../job-json';
import { eventJson } from './event-json';
import { reachedMilestones } from './milestones';

/** How far ahead of the database's clock a given time may lie, to be taken as now. */
export const CLOCK_TOLERANCE_MINUTES = 5;

/**
 * Appends one event to each of the given jobs of one owner, in one round trip. The rule of the trail, in the
 * order of the common table expressions:
 *
 * - `target`: locks the job rows, in the order of their ids so that two such statements cannot deadlock;
 *   a row that another transaction just changed is read again after the wait.
 *   `IS TRUE` keeps the owner out of the choice of an index: Postgres 18 would look for the ids by skip scan
 *   through an index that begins with the owner, which reads all there is of an owner with many jobs.
 * - `timed`: reads the clock when the row is locked, so that what is recorded later never happened earlier.
 * - `placed`: an event without a time, or with one up to 5 minutes ahead, happens now: at the later of the
 *   clock and the newest event. Since its `seq` is the largest, an event is the newest if its time is not
 *   before that of the current status.
 * - `verdict`: the workflow must have the status; its transition rule binds an event that becomes the newest.
 * - `event`, `projected`: the event under the next `seq`, and the job row that follows from it.
 *
 * $1 job ids, $2 event ids, $3 owner, $4 actor, $5 status, $6 note, $7 metadata, $8 time or null.
 */
const append = (result: string): string => `
  WITH input AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS i (job_id, event_id)
  ), target AS MATERIALIZED (
    SELECT j.id, j.workflow_id, j.current_status, j.current_status_at, j.last_seq, j.version
    FROM jobs j WHERE j.id = ANY ($1::uuid[]) AND (j.owner_id = $3) IS TRUE
    ORDER BY j.id FOR UPDATE
  ), timed AS MATERIALIZED (
    SELECT t.*, date_trunc('milliseconds', clock_timestamp()) AS now FROM target t
  ), placed AS MATERIALIZED (
    SELECT t.*,
           $8::timestamptz > t.now + interval '${CLOCK_TOLERANCE_MINUTES} minutes' AS too_far_ahead,
           CASE WHEN $8::timestamptz < t.now THEN $8::timestamptz ELSE greatest(t.now, t.current_status_at) END
             AS occurred_at
    FROM timed t
  ), verdict AS MATERIALIZED (
    SELECT p.*, i.event_id, s.category, s.milestone, s.meets_deadline, p.occurred_at >= p.current_status_at AS newest,
           CASE
             WHEN s.key IS NULL THEN 'unknown_status'
             WHEN p.too_far_ahead THEN 'too_far_ahead'
             WHEN p.occurred_at >= p.current_status_at AND NOT EXISTS (
               SELECT FROM workflow_transitions w
               WHERE w.workflow_id = p.workflow_id AND w.from_status = p.current_status AND w.to_status = $5
             ) THEN 'transition_not_allowed'
             ELSE 'appended'
           END AS outcome
    FROM placed p
    JOIN input i ON i.job_id = p.id
    LEFT JOIN workflow_statuses s ON s.workflow_id = p.workflow_id AND s.key = $5
  ), event AS (
    INSERT INTO job_status_events
      (job_id, seq, id, status, category, note, metadata, occurred_at, recorded_at, actor_id)
    SELECT v.id, v.last_seq + 1, v.event_id, $5, v.category, $6, coalesce($7::jsonb, '{}'), v.occurred_at, v.now, $4
    FROM verdict v WHERE v.outcome = 'appended'
    RETURNING *
  ), projected AS (
    UPDATE jobs j SET
      last_seq = v.last_seq + 1,
      version = v.version + 1,
      updated_at = v.now,
      current_status = CASE WHEN v.newest THEN $5 ELSE j.current_status END,
      current_status_category = CASE WHEN v.newest THEN v.category ELSE j.current_status_category END,
      current_status_at = CASE WHEN v.newest THEN v.occurred_at ELSE j.current_status_at END,
      ${reachedMilestones('j', 'v', 'v.occurred_at')}
    FROM verdict v WHERE j.id = v.id AND v.outcome = 'appended'
    RETURNING j.*
  )
  ${result}`;

/** What became of each job that exists; one that does not, or is another's, has no row. */
export const APPEND_MANY = statement(
  'jobs.append_many',
  append(
    `SELECT v.id, v.outcome, v.workflow_id AS "workflowId", v.current_status AS "currentStatus" FROM verdict v`,
  ),
);

/** The same for one job, with the event and the job as JSON; what stood before a backdated event is not told. */
export const APPEND_ONE = statement(
  'jobs.append_one',
  append(`
    SELECT v.id, v.outcome, v.workflow_id AS "workflowId", v.current_status AS "currentStatus", v.newest, e.seq,
           j.version, ${eventJson('CASE WHEN v.newest THEN v.current_status END')} AS event, ${JOB_JSON} AS job
    FROM verdict v
    LEFT JOIN event e ON e.job_id = v.id
    LEFT JOIN projected j ON j.id = v.id`),
);
