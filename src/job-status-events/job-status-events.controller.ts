import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { Idempotent, IDEMPOTENCY_PROBLEMS } from '../idempotency';
import { JobTrail } from '../jobs';
import { ApiProblems, BODY_PROBLEMS, JsonText, UuidParam, versionTag } from '../platform/http';
import { HistoryService } from './history.service';
import { AppendedDto, AppendStatusEventDto, HistoryPageDto, HistoryQueryDto } from './status-event.dto';

const ApiJobId = () =>
  ApiParam({
    name: 'id',
    description: 'Id of the job.',
    schema: { type: 'string', format: 'uuid', example: '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11' },
  });
const etag = { ETag: { description: 'The version.', schema: { type: 'string' as const, example: '"7"' } } };

/** The trail of one job. Events are appended and read; nothing changes or deletes one. */
@ApiTags('Status events')
@ApiBearerAuth('bearer')
@Controller('jobs/:id')
export class JobStatusEventsController {
  constructor(
    private readonly trail: JobTrail,
    private readonly history: HistoryService,
  ) {}

  @Post('status-events')
  @Idempotent()
  @JsonText()
  @ApiOperation({
    summary: 'Append a status event',
    description:
      "The job's current status is that of the newest event by `(occurredAt, seq)`. The workflow's transitions " +
      'bind an event that becomes the newest; a backdated one needs only a status of the workflow.',
  })
  @ApiJobId()
  @ApiCreatedResponse({ description: 'The event, and the job after it.', type: AppendedDto, headers: etag })
  @ApiProblems(...BODY_PROBLEMS, 401, 404, 'transition_not_allowed', ...IDEMPOTENCY_PROBLEMS)
  async append(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Body() dto: AppendStatusEventDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { event, job, version } = await this.trail.append(caller.id, id, caller.id, dto);
    void reply.header('etag', versionTag(version));
    return `{"event":${event},"job":${job}}`;
  }

  @Get('status-events')
  @JsonText()
  @ApiOperation({ summary: 'The history of a job, newest first' })
  @ApiJobId()
  @ApiOkResponse({ description: 'A page of the history.', type: HistoryPageDto })
  @ApiProblems(400, 401, 404, 'cursor_mismatch')
  page(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Query() query: HistoryQueryDto,
  ): Promise<string> {
    return this.history.page(caller, id, query);
  }

  @Get('statuses')
  @JsonText()
  @ApiOperation({
    summary: 'The history of a job, newest first',
    description: 'Another name for `status-events`.',
  })
  @ApiJobId()
  @ApiOkResponse({ description: 'A page of the history.', type: HistoryPageDto })
  @ApiProblems(400, 401, 404, 'cursor_mismatch')
  alias(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Query() query: HistoryQueryDto,
  ): Promise<string> {
    return this.history.page(caller, id, query);
  }
}
