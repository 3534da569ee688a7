import { statement } from '../platform/database';

/** $1 session, $2 user, $3 the password hash that was checked, $4 token hash, $5 seconds. No row: the hash was replaced. */
export const OPEN = statement(
  'sessions.open',
  `WITH owner AS (
     SELECT id FROM users WHERE id = $2 AND password_hash = $3 FOR SHARE
   ), session AS (
     INSERT INTO sessions (id, user_id) SELECT $1, id FROM owner RETURNING id
   )
   INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
   SELECT $4, id, now() + make_interval(secs => $5) FROM session
   RETURNING session_id`,
);

/**
 * $1 token hash. Only the session is locked: a token never changes its session, and what else there is to
 * know of it is asked by the next statement, which sees what was committed while this one waited.
 */
export const LOCK_FAMILY = statement(
  'sessions.lock-family',
  `SELECT s.id AS "sessionId", s.revoked_at IS NOT NULL AS revoked, u.id, u.email, u.name, u.role
   FROM sessions s JOIN users u ON u.id = s.user_id
   WHERE s.id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)
   FOR UPDATE OF s`,
);

/** $1 token hash, $2 hash of the successor, $3 seconds. No row: spent or expired. */
export const ROTATE = statement(
  'sessions.rotate',
  `WITH spent AS (
     UPDATE refresh_tokens SET spent_at = now()
     WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > now()
     RETURNING session_id
   )
   INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
   SELECT $2, session_id, now() + make_interval(secs => $3) FROM spent
   RETURNING session_id`,
);

/** $1 session, $2 token hash. */
export const REVOKE_IF_SPENT = statement(
  'sessions.revoke-if-spent',
  `UPDATE sessions SET revoked_at = now()
   WHERE id = $1 AND EXISTS (SELECT FROM refresh_tokens WHERE token_hash = $2 AND spent_at IS NOT NULL)
   RETURNING id`,
);

/** $1 user, $2 session, $3 hash of a refresh token or null. */
export const REVOKE = statement(
  'sessions.revoke',
  `UPDATE sessions SET revoked_at = now()
   WHERE user_id = $1 AND revoked_at IS NULL
     AND id IN ($2, (SELECT session_id FROM refresh_tokens WHERE token_hash = $3))`,
);

/** $1 user. */
export const REVOKE_ALL = statement(
  'sessions.revoke-all',
  `UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL`,
);

/**
 * $1 most tokens: removes those that expired more than a day ago, the oldest first, and their sessions where no later token
 * is left; gives how many tokens. Until then spent ones stay, so that their reuse is noticed. The day keeps clear of
 * exchanges that are under way.
 */
export const REMOVE_EXPIRED = statement(
  'sessions.remove-expired',
  `WITH removed AS (
     DELETE FROM refresh_tokens WHERE token_hash IN (
       SELECT token_hash FROM refresh_tokens WHERE expires_at < now() - interval '1 day'
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     RETURNING session_id
   ), ended AS (
     DELETE FROM sessions s USING (SELECT DISTINCT session_id FROM removed) AS r
     WHERE s.id = r.session_id AND NOT EXISTS (
       SELECT FROM refresh_tokens t WHERE t.session_id = s.id AND t.expires_at >= now() - interval '1 day'
     )
   )
   SELECT count(*)::integer AS removed FROM removed`,
);
