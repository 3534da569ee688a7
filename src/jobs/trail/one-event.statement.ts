import { statement } from '../../platform/database';
import { eventJson, FROM_STATUS } from './event-json';

/** One event by its place, with the status before it. $1 job, $2 seq. */
export const ONE_EVENT = statement(
  'jobs.one_event',
  `SELECT ${eventJson(FROM_STATUS)} AS event FROM job_status_events e WHERE e.job_id = $1 AND e.seq = $2`,
);
