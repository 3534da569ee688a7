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
  /** SHA-256 over method, path and body. */
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

const STORE = statement(
  'idempotency.store',
  `INSERT INTO idempotency_keys (owner_id, key, request_hash, status, headers, body, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, now(), now() + interval '${KEEP_HOURS} hours')
   ON CONFLICT (owner_id, key) DO UPDATE SET
     request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
     body = excluded.body, created_at = excluded.created_at, expires_at = excluded.expires_at`,
);

/** Keeps first answers. All of its methods belong inside the write's own transaction. */
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

  /** Keeps the answer for 24 hours, in place of an expired one. */
  async store({ ownerId, key, requestHash }: KeyedRequest, answer: StoredAnswer): Promise<void> {
    const headers = JSON.stringify(answer.headers);
    await this.database.query(STORE, [ownerId, key, requestHash, answer.status, headers, answer.body]);
  }
}
