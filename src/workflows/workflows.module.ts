import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WorkflowController } from './workflow.controller';
import { Workflow, WorkflowStatus, WorkflowTransition } from './workflow.entity';
import { WorkflowService } from './workflow.service';

/** Workflows, their statuses and transitions. */
@Module({
  imports: [TypeOrmModule.forFeature([Workflow, WorkflowStatus, WorkflowTransition])],
  controllers: [WorkflowController],
  providers: [WorkflowService],
  exports: [WorkflowService],
})
export class WorkflowsModule {}
