import { Global, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { Admission } from './admission';
import { CacheInterceptor } from './cache.interceptor';
import { FrontDesk } from './front-desk';
import { LoadShedder } from './load-shedder';
import { ThrottlerGuard } from './throttler.guard';

/** What stands before the handlers of all routes: limits, then the cache. Imported before all that has guards. */
@Global()
@Module({
  providers: [
    Admission,
    FrontDesk,
    ThrottlerGuard,
    CacheInterceptor,
    LoadShedder,
    { provide: APP_GUARD, useExisting: ThrottlerGuard },
    { provide: APP_INTERCEPTOR, useExisting: CacheInterceptor },
  ],
  exports: [Admission, FrontDesk],
})
export class FrontModule {}
