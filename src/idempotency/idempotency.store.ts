import { Injectable } from '@nestjs/common';
import { Database, statement } from '../platform/database';
import { IdempotencyInProgress, IdempotencyKeyReused } from './idempotency.errors';

/** Hours that an answer is repeated. */
export const KEEP_HOURS = 24;

/** An answer as it was first given. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Who made which request: what a key stands for. */
export interface KeyedRequest {
  ownerId: string;
  key: string;
  /** What `requestHash` gives. */
  requestHash: Buffer;
}

/** Held until the transaction ends; whoever else asks for the key meanwhile is told so at once. */
const LOCK = statement(
  'idempotency.lock',
  `SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ':' || $2, 7669)) AS locked`,
);

const FIND = statement(
  'idempotency.find',
  `SELECT request_hash AS "requestHash", status, headers, body FROM idempotency_keys
   WHERE owner_id = $1 AND key = $2 AND expires_at > now()`,
);

/** Most expired answers that are deleted with each one that is stored. */
const SWEPT = 20;

/**
 * Stores an answer and deletes expired ones, whoever's they are. Storing comes first (the count makes sure of
 * it): a row that is to be replaced is locked then and others pass it over, so that two such statements cannot
 * wait for each other.
 */
const STORE = statement(
  'idempotency.store',
  `WITH stored AS (
     INSERT INTO idempotency_keys (owner_id, key, request_hash, status, headers, body, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, now(), now() + interval '${KEEP_HOURS} hours')
     ON CONFLICT (owner_id, key) DO UPDATE SET
       request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
       body = excluded.body, created_at = excluded.created_at, expires_at = excluded.expires_at
     RETURNING 1
   ), expired AS MATERIALIZED (
     SELECT k.owner_id, k.key FROM idempotency_keys k
     WHERE k.expires_at <= now() AND (k.owner_id, k.key) <> ($1, $2) AND (SELECT count(*) FROM stored) = 1
     ORDER BY k.expires_at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED
   )
   DELETE FROM idempotency_keys k USING expired e WHERE k.owner_id = e.owner_id AND k.key = e.key`,
);

/** $1 most rows: deletes expired answers, the oldest first, and gives how many. */
const REMOVE_EXPIRED = statement(
  'idempotency.remove-expired',
  `WITH expired AS MATERIALIZED (
     SELECT owner_id, key FROM idempotency_keys WHERE expires_at <= now()
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
   ), removed AS (
     DELETE FROM idempotency_keys k USING expired e WHERE k.owner_id = e.owner_id AND k.key = e.key RETURNING 1
   )
   SELECT count(*)::integer AS removed FROM removed`,
);

/** Keeps first answers. `claim` and `store` belong inside the write's own transaction. */
@Injectable()
export class IdempotencyStore {
  constructor(private readonly database: Database) {}

  /**
   * Claims the key for the running transaction.
   * @returns the first answer, if it has been given; else the caller is the first
   * @throws IdempotencyInProgress while another transaction holds the key
   * @throws IdempotencyKeyReused when the key came with another request
   */
  async claim({ ownerId, key, requestHash }: KeyedRequest): Promise<StoredAnswer | undefined> {
    const { locked } = await this.database.queryOne<{ locked: boolean }>(LOCK, [ownerId, key]);
    if (!locked) throw new IdempotencyInProgress();
    const [found] = await this.database.query<StoredAnswer & { requestHash: Buffer }>(FIND, [ownerId, key]);
    if (found === undefined) return undefined;
    if (!found.requestHash.equals(requestHash)) throw new IdempotencyKeyReused();
    return found;
  }

  /** Keeps the answer for 24 hours, in place of an expired one, and removes a few others that have expired. */
  async store({ ownerId, key, requestHash }: KeyedRequest, answer: StoredAnswer): Promise<void> {
    const headers = JSON.stringify(answer.headers);
    await this.database.query(STORE, [ownerId, key, requestHash, answer.status, headers, answer.body]);
  }

  /** Removes so many expired answers at most, whoever's they are, and gives how many. */
  async removeExpired(most: number): Promise<number> {
    return (await this.database.queryOne<{ removed: number }>(REMOVE_EXPIRED, [most])).removed;
  }
}
