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

/** The worker needs all of them; the program what index.ts names. */
const PARTS = [
  DatabaseWatch,
  DeadLetters,
  Handlers,
  QueueFigures,
  QueueStore,
  RepeatedWork,
  Upkeep,
  Wakeups,
  WorkQueue,
];

/** Work that outlives requests: a queue in Postgres, and the worker of this process. */
@Global()
@Module({
  imports: [DiscoveryModule, WorkerModule],
  providers: PARTS,
  exports: PARTS,
})
export class QueueModule {}
