import { statement } from '../../database';

/** Seconds without renewal after which a process counts as ended. */
const ALIVE_SECONDS = 10;

/**
 * Seconds without renewal after which a process itself enters anew. Shorter by more than a lease: whoever holds
 * one is alive to all others for as long as it lasts.
 */
const OWN_ALIVE_SECONDS = 6;

const ALIVE = `renewed_at > clock_timestamp() - interval '${ALIVE_SECONDS} s'`;

const OWN_ALIVE = `renewed_at > clock_timestamp() - interval '${OWN_ALIVE_SECONDS} s'`;

/** Whether anyone else works here, and whether any of them does not share the channel: nothing of such a one is heard. */
const OTHERS = `EXISTS (
  SELECT FROM cache_instances WHERE id <> $1::uuid AND ${ALIVE}
) AS company, EXISTS (
  SELECT FROM cache_instances WHERE id <> $1::uuid AND ${ALIVE} AND channel IS DISTINCT FROM $2::text
) AS strangers`;

/**
 * Enters the process $1 with its channel $2. The generation is replaced when $3 says so, when whoever entered
 * last announced elsewhere, and when someone who announces elsewhere has been seen since this process was:
 * what either of them cached meanwhile may be older than what the other wrote. Has to be committed before LOOK
 * is sent: of two that enter at once, the later one to look then sees the other.
 */
export const ENTER = statement(
  'cache.enter',
  `WITH ended AS (
     DELETE FROM cache_instances WHERE id <> $1::uuid AND renewed_at < clock_timestamp() - interval '1 h'
   ), replaced AS (
     UPDATE cache_generation SET generation = gen_random_uuid(), channel = $2::text
     WHERE $3::boolean OR channel IS DISTINCT FROM $2::text OR EXISTS (
       SELECT FROM cache_instances other
       WHERE other.id <> $1::uuid AND other.channel IS DISTINCT FROM $2::text AND other.renewed_at >
         coalesce((SELECT own.renewed_at FROM cache_instances own WHERE own.id = $1::uuid), '-infinity')
     )
   )
   INSERT INTO cache_instances (id, channel, renewed_at) VALUES ($1::uuid, $2::text, clock_timestamp())
   ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, renewed_at = excluded.renewed_at`,
);

/** The generation, and whether there are others, and strangers among them. */
export const LOOK = statement('cache.look', `SELECT generation, ${OTHERS} FROM cache_generation`);

/** LOOK, and stays entered; not `present` any more, the process has to enter anew. */
export const RENEW = statement(
  'cache.renew',
  `WITH own AS (
     UPDATE cache_instances SET renewed_at = clock_timestamp()
     WHERE id = $1::uuid AND channel IS NOT DISTINCT FROM $2::text AND ${OWN_ALIVE}
     RETURNING id
   )
   SELECT generation, ${OTHERS}, EXISTS (SELECT FROM own) AS present FROM cache_generation`,
);

/** The process $1 has ended. */
export const LEAVE = statement('cache.leave', 'DELETE FROM cache_instances WHERE id = $1::uuid');
