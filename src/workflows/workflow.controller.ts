import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Cached } from '../platform/front';
import { ApiProblems } from '../platform/http';
import { WorkflowDto, WorkflowListDto } from './workflow.dto';
import { WorkflowService } from './workflow.service';

/** What statuses there are and which steps between them. */
@ApiTags('Workflows')
@ApiBearerAuth('bearer')
@Controller('workflows')
export class WorkflowController {
  constructor(private readonly workflows: WorkflowService) {}

  @Get()
  @Cached({ namespace: 'workflows', scope: 'public', mayBeOld: true })
  @ApiOperation({ summary: 'All workflows' })
  @ApiOkResponse({ description: 'The workflows.', type: WorkflowListDto })
  @ApiProblems(400, 401, 503)
  async list(): Promise<WorkflowListDto> {
    return { data: await this.workflows.list() };
  }

  @Get(':id')
  @Cached({ namespace: 'workflows', scope: 'public', mayBeOld: true })
  @ApiOperation({ summary: 'One workflow' })
  @ApiParam({
    name: 'id',
    description: 'Id of the workflow.',
    schema: { type: 'string', example: 'application' },
  })
  @ApiOkResponse({ description: 'The workflow.', type: WorkflowDto })
  @ApiProblems(400, 401, 404, 503)
  get(@Param('id') id: string): Promise<WorkflowDto> {
    return this.workflows.get(id);
  }
}
