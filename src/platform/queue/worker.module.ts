import { Module } from '@nestjs/common';
import { Worker } from './worker';

/**
 * The worker in a module that is not global: Nest shuts those down before the global ones, so that what is under way at the
 * stop is waited for before TypeORM closes the connections.
 */
@Module({ providers: [Worker] })
export class WorkerModule {}
