import { statement } from '../platform/database';

/** Days that an export is kept. */
export const KEEP_DAYS = 7;

const STANDING = `id, state, rows, total_rows AS "totalRows", expires_at AS "expiresAt"`;

const EXPIRY = `now() + interval '${KEEP_DAYS} days'`;

/** Held until the transaction ends. Does not hold up what refers to the user, such as new jobs. */
export const LOCK_OWNER = statement(
  'exports.lock-owner',
  'SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE',
);

export const COUNT_UNFINISHED = statement(
  'exports.count-unfinished',
  `SELECT count(*)::int AS count FROM exports
   WHERE owner_id = $1 AND state IN ('queued', 'running') AND expires_at > now()`,
);

/**
 * The newest of an owner's files stay, up to $2 of them and $3 bytes; the others expire. The very newest stays in any
 * case. Only under the owner's lock: else what is done at the same time is not counted.
 */
export const EXPIRE_BEYOND = statement(
  'exports.expire-beyond',
  `UPDATE exports SET expires_at = now() WHERE id IN (
     SELECT id FROM (
       SELECT id, row_number() OVER newest AS nth, sum(bytes) OVER newest AS together
       FROM exports WHERE owner_id = $1 AND state = 'done' AND expires_at > now()
       WINDOW newest AS (ORDER BY expires_at DESC, id DESC ROWS UNBOUNDED PRECEDING)
     ) files
     WHERE nth > 1 AND (nth > $2::int OR together > $3::bigint)
   ) RETURNING id`,
);

export const INSERT = statement(
  'exports.insert',
  `INSERT INTO exports (id, owner_id, format, events, filters, state, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, 'queued', now(), ${EXPIRY})
   RETURNING ${STANDING}`,
);

export const FIND = statement(
  'exports.find',
  `SELECT ${STANDING} FROM exports WHERE id = $1 AND owner_id = $2 AND expires_at > now()`,
);

export const FIND_FILE = statement(
  'exports.find-file',
  `SELECT format, taken_at AS "takenAt", chunks, bytes::float8 AS bytes FROM exports
   WHERE id = $1 AND owner_id = $2 AND expires_at > now() AND state = 'done'`,
);

export const READ_CHUNK = statement(
  'exports.read-chunk',
  'SELECT data FROM export_chunks WHERE export_id = $1 AND seq = $2',
);

/** Also of a failed one: dead work may be revived. */
export const BEGIN = statement(
  'exports.begin',
  `UPDATE exports SET state = 'running', attempt = attempt + 1, taken_at = now(),
     rows = 0, total_rows = NULL, chunks = 0, bytes = 0
   WHERE id = $1 AND state <> 'done' AND expires_at > now()
   RETURNING id, owner_id AS "ownerId", format, events, filters, attempt`,
);

export const DELETE_CHUNKS = statement(
  'exports.delete-chunks',
  'DELETE FROM export_chunks WHERE export_id = $1',
);

/** Whose attempt it is: a later one has raised the number, and an ended one is not running. */
const OF_ATTEMPT = `id = $1 AND attempt = $2 AND state = 'running'`;

export const COUNTED = statement(
  'exports.counted',
  `UPDATE exports SET total_rows = $3 WHERE ${OF_ATTEMPT} RETURNING id`,
);

/** The row of the export is locked before the part is written, so that no part comes after a later attempt began. */
export const ADD_CHUNK = statement(
  'exports.add-chunk',
  `WITH export AS (
     UPDATE exports SET rows = $5, chunks = chunks + 1, bytes = bytes + length($4::bytea)
     WHERE ${OF_ATTEMPT} RETURNING id
   )
   INSERT INTO export_chunks (export_id, seq, data) SELECT id, $3, $4 FROM export RETURNING seq`,
);

export const FINISH = statement(
  'exports.finish',
  `UPDATE exports SET state = 'done', rows = $3, total_rows = $3, expires_at = ${EXPIRY}
   WHERE ${OF_ATTEMPT} RETURNING id`,
);

export const END = statement(
  'exports.end',
  `UPDATE exports SET state = $3, rows = 0, total_rows = NULL, chunks = 0, bytes = 0
   WHERE ${OF_ATTEMPT} RETURNING id`,
);

export const FIND_ATTEMPT = statement(
  'exports.find-attempt',
  'SELECT state, attempt FROM exports WHERE id = $1',
);

/** Those of a failed one too: what a killed worker left. It may be revived, and then writes parts of its own. */
export const DELETE_EXPIRED_CHUNKS = statement(
  'exports.delete-expired-chunks',
  `DELETE FROM export_chunks WHERE (export_id, seq) IN (
     SELECT c.export_id, c.seq FROM exports e JOIN export_chunks c ON c.export_id = e.id
     WHERE e.expires_at <= now() OR e.state = 'failed' ORDER BY e.expires_at LIMIT $1
   ) RETURNING seq`,
);

export const DELETE_EXPIRED = statement(
  'exports.delete-expired',
  `DELETE FROM exports WHERE id IN (
     SELECT e.id FROM exports e
     WHERE e.expires_at <= now() AND NOT EXISTS (SELECT FROM export_chunks c WHERE c.export_id = e.id)
     ORDER BY e.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
   ) RETURNING id`,
);

/**
 * A worker that was killed at its last attempt could not say so. Not by when the export was asked for: it may be
 * written now, because the worker was away or dead work was revived.
 */
export const FAIL_FORGOTTEN = statement(
  'exports.fail-forgotten',
  `UPDATE exports SET state = 'failed', rows = 0, total_rows = NULL, chunks = 0, bytes = 0
   WHERE state IN ('queued', 'running') AND coalesce(taken_at, created_at) < now() - interval '1 day' RETURNING id`,
);
