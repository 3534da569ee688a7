import { Problem } from '../platform/http';

/** 409: the first request with this key has not been answered yet. */
export class IdempotencyInProgress extends Problem {
  constructor() {
    super(409, 'idempotency_in_progress', 'The first request with this Idempotency-Key is still running.', {
      headers: { 'retry-after': '1' },
    });
  }
}

/** 422: the key came with another request before. */
export class IdempotencyKeyReused extends Problem {
  constructor() {
    super(422, 'idempotency_key_reused', 'This Idempotency-Key came with another request before.');
  }
}
