import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../../config';
import { RedisLink } from './redis-link';

/** Gives `RedisLink`, or `undefined` where no Redis is configured; inject it with `@Inject(RedisLink)`. */
@Global()
@Module({
  providers: [
    {
      provide: RedisLink,
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => (redis === undefined ? undefined : new RedisLink(redis)),
    },
  ],
  exports: [RedisLink],
})
export class RedisModule {}
