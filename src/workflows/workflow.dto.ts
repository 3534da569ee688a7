import { ApiProperty } from '@nestjs/swagger';
import { STATUS_CATEGORIES, type StatusCategory } from './workflow.entity';

/** A status of a workflow, as answered. */
export class WorkflowStatusDto {
  @ApiProperty({ example: 'phone_screen' })
  key: string;

  @ApiProperty({ example: 'Phone screen' })
  label: string;

  @ApiProperty({ enum: STATUS_CATEGORIES, enumName: 'StatusCategory', example: 'active' })
  category: StatusCategory;
}

/** A workflow, as answered. */
export class WorkflowDto {
  @ApiProperty({ example: 'execution' })
  id: string;

  @ApiProperty({ example: 'Execution of a batch job' })
  name: string;

  @ApiProperty({ example: 'pending', description: 'Status of a job that is created without one.' })
  initialStatus: string;

  @ApiProperty({ type: [WorkflowStatusDto] })
  statuses: WorkflowStatusDto[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    description: 'For each status the statuses a job may go to next.',
    example: { pending: ['running', 'cancelled'], running: ['completed', 'failed', 'cancelled'] },
  })
  transitions: Record<string, string[]>;
}

/** All workflows, as answered. */
export class WorkflowListDto {
  @ApiProperty({ type: [WorkflowDto] })
  data: WorkflowDto[];
}
