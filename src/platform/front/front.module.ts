import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Admission } from './admission';
import { FrontDesk } from './front-desk';
import { LoadShedder } from './load-shedder';
import { RouteAnswers } from './route-answers';
import { ThrottlerGuard } from './throttler.guard';

/** What stands before the handlers of all routes: limits, then the cache. Imported before all that has guards. */
@Global()
@Module({
  providers: [
    Admission,
    FrontDesk,
    ThrottlerGuard,
    LoadShedder,
    RouteAnswers,
    { provide: APP_GUARD, useExisting: ThrottlerGuard },
  ],
  exports: [Admission, FrontDesk, LoadShedder, RouteAnswers],
})
export class FrontModule {}
