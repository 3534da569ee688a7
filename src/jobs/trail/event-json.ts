import { jsonObject, jsonTime } from '../../platform/database';

/**
 * SQL that makes the JSON text of a status event, from an alias `e` of `job_status_events`.
 * @param fromStatus SQL for the status before it in history order, which is derived and not stored
 */
export const eventJson = (fromStatus: string): string =>
  jsonObject({
    id: 'e.id',
    jobId: 'e.job_id',
    seq: 'e.seq',
    fromStatus,
    status: 'e.status',
    category: 'e.category',
    note: 'e.note',
    metadata: 'e.metadata',
    occurredAt: jsonTime('e.occurred_at'),
    recordedAt: jsonTime('e.recorded_at'),
    actorId: 'e.actor_id',
  });

/** SQL for the status before an event `e` in history order; null for the first. */
export const FROM_STATUS = `(
  SELECT p.status FROM job_status_events p
  WHERE p.job_id = e.job_id AND (p.occurred_at, p.seq) < (e.occurred_at, e.seq)
  ORDER BY p.occurred_at DESC, p.seq DESC LIMIT 1
)`;
