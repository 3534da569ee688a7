import { statement } from '../database';
import { QUEUE_SCHEMA } from './queue-store';

const JOB = `${QUEUE_SCHEMA}.job`;

/**
 * Seconds without a sign of life from its worker after which work is given to another. Renewed while it is done, so that
 * it need not be as long as the work.
 */
export const LEASE = 60;

/**
 * $1 names of queues: of each the milliseconds until the earliest work in it is due, 0 or less when it is, `null` when
 * there is none, and whether there is such a queue. One look into an index each.
 */
export const NEXT_DUE = statement(
  'queue.next-due',
  `SELECT wanted.name, q.name IS NOT NULL AS known, (
     SELECT extract(epoch FROM min(j.start_after) - clock_timestamp()) * 1000 FROM ${JOB} j
     WHERE j.name = wanted.name AND j.state < 'active'
   )::float8 AS "dueIn"
   FROM unnest($1::text[]) AS wanted (name) LEFT JOIN ${QUEUE_SCHEMA}.queue q ON q.name = wanted.name`,
);

/**
 * $1 names, $2 ids, $3 retries of the work that a worker does: renews its leases, and gives the ids of what is still
 * its own. The number of retries tells an attempt from a later one of the same work.
 */
export const RENEW = statement(
  'queue.renew',
  `UPDATE ${JOB} j SET started_on = clock_timestamp()
   FROM unnest($1::text[], $2::uuid[], $3::integer[]) AS own (name, id, retries)
   WHERE j.name = own.name AND j.id = own.id AND j.retry_count = own.retries AND j.state = 'active'
   RETURNING j.id`,
);

/** $1 name, $2 id, $3 retries: holds on to the work of an attempt until the transaction ends; no row when it is another's. */
export const HOLD = statement(
  'queue.hold',
  `SELECT id FROM ${JOB} WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active' FOR UPDATE`,
);

/** $1 name, $2 id, $3 retries, $4 seconds: gives work back that was not done, as if it had not been begun. */
export const RELEASE = statement(
  'queue.release',
  `UPDATE ${JOB} SET state = 'retry', started_on = NULL, start_after = clock_timestamp() + make_interval(secs => $4)
   WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active'`,
);

/** $1 seconds: a row when nobody has seen to the queue for that long. */
export const CLAIM_UPKEEP = statement(
  'queue.claim-upkeep',
  `UPDATE ${QUEUE_SCHEMA}.version SET maintained_on = clock_timestamp()
   WHERE coalesce(maintained_on, '-infinity') < clock_timestamp() - make_interval(secs => $1)
   RETURNING true`,
);

/** Work whose worker has gone silent, 100 pieces at most. */
export const FIND_ABANDONED = statement(
  'queue.find-abandoned',
  `SELECT name, id, retry_count AS retries, retry_limit AS "retryLimit" FROM ${JOB}
   WHERE state = 'active' AND started_on + expire_in < clock_timestamp()
   LIMIT 100 FOR UPDATE SKIP LOCKED`,
);

/** $1 most rows: dead work, the latest first. */
export const LIST_DEAD = statement(
  'queue.list-dead',
  `SELECT name, id, completed_on AS at, retry_count + 1 AS attempts, output->>'message' AS reason FROM ${JOB}
   WHERE state = 'failed' ORDER BY completed_on DESC, id LIMIT $1`,
);

/** $1 id, `null` for all: begins dead work anew, with all its retries before it. */
export const REVIVE = statement(
  'queue.revive',
  `UPDATE ${JOB} SET state = 'created', retry_count = 0, started_on = NULL, completed_on = NULL,
     start_after = clock_timestamp()
   WHERE state = 'failed' AND ($1::uuid IS NULL OR id = $1)
   RETURNING name, id`,
);

/** Of each queue how many pieces of work wait, are put off, under way or dead, and how long the longest has waited. */
export const QUEUE_FIGURES = statement(
  'queue.figures',
  `SELECT q.name, count(j.id) FILTER (WHERE j.due)::integer AS waiting,
          count(j.id) FILTER (WHERE j.state < 'active' AND NOT j.due)::integer AS "putOff",
          count(j.id) FILTER (WHERE j.state = 'active')::integer AS running,
          count(j.id) FILTER (WHERE j.state = 'failed')::integer AS failed,
          coalesce(extract(epoch FROM clock_timestamp() - min(greatest(j.created_on, j.start_after)) FILTER (WHERE j.due)),
            0)::float8 AS "oldestSeconds"
   FROM ${QUEUE_SCHEMA}.queue q LEFT JOIN (
     SELECT id, name, state, created_on, start_after, state < 'active' AND start_after <= clock_timestamp() AS due
     FROM ${JOB} WHERE state < 'completed' OR state = 'failed'
   ) j ON j.name = q.name
   GROUP BY q.name ORDER BY q.name`,
);

/** Seconds since any worker last saw to the queue. */
export const UPKEEP_AGE = statement(
  'queue.upkeep-age',
  `SELECT extract(epoch FROM clock_timestamp() - max(maintained_on))::float8 AS seconds FROM ${QUEUE_SCHEMA}.version`,
);
