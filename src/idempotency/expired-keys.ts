import { Injectable } from '@nestjs/common';
import { inBatches, Scheduled, type WorkContext } from '../platform/queue';
import { IdempotencyStore } from './idempotency.store';

/** Answers that are removed at once. */
const BATCH = 500;

/** Removes answers that are not repeated any more, also where no new ones come that would take them along. */
@Injectable()
export class ExpiredKeys {
  constructor(private readonly store: IdempotencyStore) {}

  /** Every hour. */
  @Scheduled('expire-idempotency-keys', '0 * * * *')
  async remove(_data: object, { signal }: WorkContext): Promise<void> {
    await inBatches(signal, BATCH, () => this.store.removeExpired(BATCH));
  }
}
