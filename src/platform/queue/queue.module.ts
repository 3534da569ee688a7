import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DatabaseWatch } from './database-watch';
import { DeadLetters } from './dead-work';
import { Handlers } from './handlers';
import { QueueStore } from './queue-store';
import { RepeatedWork } from './repeated-work';
import { Upkeep } from './upkeep';
import { Wakeups } from './wakeups';
import { WorkQueue } from './work-queue';
import { Worker } from './worker';

/** Work that outlives requests: a queue in Postgres, and the worker of this process. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    DatabaseWatch,
    DeadLetters,
    Handlers,
    QueueStore,
    RepeatedWork,
    Upkeep,
    Wakeups,
    WorkQueue,
    Worker,
  ],
  exports: [DeadLetters, RepeatedWork, Upkeep, WorkQueue],
})
export class QueueModule {}
