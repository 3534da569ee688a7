import { applyDecorators, Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { Idempotent, IDEMPOTENCY_PROBLEMS } from '../idempotency';
import { ApiJobId, JobTrail, VERSION_HEADER } from '../jobs';
import { Cached } from '../platform/front';
import { ApiProblems, BODY_PROBLEMS, JsonText, UuidParam, versionTag } from '../platform/http';
import { HistoryService } from './history.service';
import { AppendedDto, AppendStatusEventDto, HistoryPageDto, HistoryQueryDto } from './status-event.dto';

/** What the two names of the history have in common. */
const ApiHistory = (): MethodDecorator =>
  applyDecorators(
    JsonText(),
    ApiJobId(),
    ApiOkResponse({ description: 'A page of the history.', type: HistoryPageDto }),
    ApiProblems(400, 401, 404, 'cursor_mismatch'),
  );

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
  @ApiCreatedResponse({
    description: 'The event, and the job after it.',
    type: AppendedDto,
    headers: VERSION_HEADER,
  })
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
  @Cached({ namespace: 'history' })
  @ApiHistory()
  @ApiOperation({ summary: 'The history of a job, newest first' })
  page(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Query() query: HistoryQueryDto,
  ): Promise<string> {
    return this.history.page(caller, id, query);
  }

  @Get('statuses')
  @Cached({ namespace: 'history' })
  @ApiHistory()
  @ApiOperation({
    summary: 'The history of a job, newest first',
    description: 'Another name for `status-events`.',
  })
  alias(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Query() query: HistoryQueryDto,
  ): Promise<string> {
    return this.history.page(caller, id, query);
  }
}
