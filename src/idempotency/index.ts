export { IdempotencyKey } from './idempotency-key.entity';
export { IdempotencyModule } from './idempotency.module';
export { IDEMPOTENCY_PROBLEMS, Idempotent } from './idempotent.decorator';
