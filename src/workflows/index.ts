export {
  STATUS_CATEGORIES,
  Workflow,
  WorkflowStatus,
  WorkflowTransition,
  type StatusCategory,
} from './workflow.entity';
export { WorkflowDto } from './workflow.dto';
export { WorkflowService } from './workflow.service';
export { WorkflowsModule } from './workflows.module';
