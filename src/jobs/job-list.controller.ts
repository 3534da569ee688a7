import { Controller, Get, Query, Req, StreamableFile } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { Cached, expiresWithin, Heavy } from '../platform/front';
import { ApiProblems, JsonText } from '../platform/http';
import { OptionalInteger } from '../platform/validation';
import { JobListDto, JobPageDto, JobPartsPageDto, JobRowDto, JobRowPartDto } from './dto/job.dto';
import { heavyList } from './list/heavy-list';
import { JobListService } from './list/job-list.service';
import { ListJobsDto } from './list/list-jobs.dto';
import { UnpaginatedJobsService } from './list/unpaginated-jobs.service';
import { UpcomingDeadlinesQuery } from './list/upcoming-deadlines.query';

class UpcomingDeadlinesDto {
  @OptionalInteger(0, 366, { description: 'Days ahead, today included; default 14.', example: 14 })
  days?: number;

  @OptionalInteger(1, 100, { description: 'Most jobs; default 20.', example: 20 })
  limit?: number;
}

/** Lists of jobs. */
@ApiTags('Jobs')
@ApiBearerAuth('bearer')
@Controller('jobs')
export class JobListController {
  constructor(
    private readonly list: JobListService,
    private readonly unpaginated: UnpaginatedJobsService,
    private readonly upcoming: UpcomingDeadlinesQuery,
  ) {}

  @Get()
  @Cached({ namespace: 'jobs', unless: ['paginate', 'ownerId'] })
  @Heavy(heavyList)
  @JsonText()
  @ApiOperation({
    summary: 'Jobs, by page or by cursor',
    description:
      'Follow `nextCursor` to read on at any depth. A job that matches all the while with an unchanged sort key ' +
      'comes exactly once; one that changes meanwhile may come again or not at all.\n\n' +
      'At most two exports or lists with `paginate=false` of one owner, and `MAX_EXPORTS` (two by ' +
      'default) of all, run at once in an instance; one more is answered 503 with `Retry-After`. One whose client ' +
      'reads nothing for a minute is cut off.',
  })
  @ApiExtraModels(JobPageDto, JobRowDto, JobPartsPageDto, JobRowPartDto)
  @ApiOkResponse({
    description: 'A page; with `paginate=false` a bare array of rows; with `fields` only those of each row.',
    schema: {
      anyOf: [
        { $ref: getSchemaPath(JobPageDto) },
        { $ref: getSchemaPath(JobPartsPageDto) },
        { type: 'array', items: { $ref: getSchemaPath(JobRowDto) } },
        { type: 'array', items: { $ref: getSchemaPath(JobRowPartDto) } },
      ],
    },
  })
  @ApiProblems(400, 401, 403, 'offset_too_deep', 'cursor_mismatch', 'too_many_rows')
  async jobs(@CurrentUser() caller: Caller, @Query() query: ListJobsDto): Promise<string | StreamableFile> {
    if (query.paginate !== false) return this.list.page(query, caller);
    const stream = await this.unpaginated.stream(query, caller);
    return new StreamableFile(stream, { type: 'application/json; charset=utf-8' });
  }

  @Get('upcoming-deadlines')
  @Cached({ namespace: 'upcoming-deadlines', tag: 'content' })
  @JsonText()
  @ApiOperation({
    summary: 'Jobs whose deadline comes soon',
    description:
      'Not archived, to do or under way, deadline from today (in the time zone of the profile) on, soonest first.',
  })
  @ApiOkResponse({ description: 'The jobs, soonest deadline first.', type: JobListDto })
  @ApiProblems(400, 401)
  async upcomingDeadlines(
    @CurrentUser() caller: Caller,
    @Query() query: UpcomingDeadlinesDto,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const asked = Date.now();
    const { body, dayEndsIn } = await this.upcoming.body(caller.id, query.days ?? 14, query.limit ?? 20);
    if (dayEndsIn !== null) expiresWithin(request, dayEndsIn, asked);
    return body;
  }
}
