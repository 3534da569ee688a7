import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs';
import { WorkflowsModule } from '../workflows';

/** Import and export of jobs. */
@Module({ imports: [JobsModule, WorkflowsModule], controllers: [], providers: [] })
export class JobTransferModule {}
