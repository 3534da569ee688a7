export { createWorkQueue, dropWorkQueue, type WorkPolicy } from './create-work-queue';
export { DeadLetters, type DeadWork } from './dead-work';
export { HandlesWork, Repeated, Scheduled, type WorkContext } from './handlers.decorator';
export { QueueModule } from './queue.module';
export { QUEUE_SCHEMA } from './queue-store';
export { RepeatedWork } from './repeated-work';
export { Upkeep } from './upkeep';
export { defineWork, type Work, type WorkOptions } from './work';
export { WorkQueue, type SendOptions } from './work-queue';
