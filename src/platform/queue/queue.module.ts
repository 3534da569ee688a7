import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DatabaseWatch } from './database-watch';
import { DeadLetters } from './dead-work';
import { Handlers } from './handlers';
import { QueueFigures } from './queue-figures';
import { QueueStore } from './queue-store';
import { RepeatedWork } from './repeated-work';
import { Upkeep } from './upkeep';
import { Wakeups } from './wakeups';
import { WorkQueue } from './work-queue';
import { WorkerModule } from './worker.module';

/** Work that outlives requests: a queue in Postgres, and the worker of this process. */
@Global()
@Module({
  imports: [DiscoveryModule, WorkerModule],
  providers: [
    DatabaseWatch,
    DeadLetters,
    Handlers,
    QueueFigures,
    QueueStore,
    RepeatedWork,
    Upkeep,
    Wakeups,
    WorkQueue,
  ],
  // The worker needs all of them; the program what index.ts names.
  exports: [
    DatabaseWatch,
    DeadLetters,
    Handlers,
    QueueFigures,
    QueueStore,
    RepeatedWork,
    Upkeep,
    Wakeups,
    WorkQueue,
  ],
})
export class QueueModule {}
