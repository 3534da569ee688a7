import { Global, Module } from '@nestjs/common';
import { ExpiredKeys } from './expired-keys';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { IdempotencyStore } from './idempotency.store';

/** `Idempotency-Key` for every route that declares it with `@Idempotent()`. */
@Global()
@Module({
  providers: [ExpiredKeys, IdempotencyStore, IdempotencyInterceptor],
  exports: [IdempotencyStore, IdempotencyInterceptor],
})
export class IdempotencyModule {}
