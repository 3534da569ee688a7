import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Patch,
  Post,
  Put,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { Idempotent, IDEMPOTENCY_PROBLEMS } from '../idempotency';
import { Cached } from '../platform/front';
import { ApiProblems, BODY_PROBLEMS, JsonText, UuidParam, versionTag } from '../platform/http';
import { ArchiveJobDto } from './dto/bulk.dto';
import { CreateJobDto, UpdateJobDto } from './dto/create-job.dto';
import { JobDto } from './dto/job.dto';
import { ApiIfMatch, ApiJobId, ApiJobNow, LOCATION_HEADER, VERSION_HEADER } from './job-docs';
import { type JobText } from './job.repository';
import { JobService } from './job.service';

/** What PATCH and PUT have in common. */
const ApiJobUpdate = (): MethodDecorator =>
  applyDecorators(
    JsonText(),
    ApiIfMatch(),
    ApiJobId(),
    ApiJobNow(),
    ApiProblems(...BODY_PROBLEMS, 401, 404, 'already_exists', 'transition_not_allowed', 412),
  );

/** One job: create, read, change, archive, restore, delete. */
@ApiTags('Jobs')
@ApiBearerAuth('bearer')
@Controller('jobs')
export class JobController {
  constructor(private readonly jobs: JobService) {}

  @Post()
  @Idempotent()
  @JsonText()
  @ApiOperation({ summary: 'Create a job', description: 'Its first status event is written with it.' })
  @ApiCreatedResponse({
    description: 'The job.',
    type: JobDto,
    headers: { ...LOCATION_HEADER, ...VERSION_HEADER },
  })
  @ApiProblems(...BODY_PROBLEMS, 401, 'already_exists', ...IDEMPOTENCY_PROBLEMS)
  async create(
    @CurrentUser() caller: Caller,
    @Body() dto: CreateJobDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { id, job } = await this.jobs.create(caller, dto);
    void reply.header('location', `/api/jobs/${id}`).header('etag', versionTag(1));
    return job;
  }

  @Get(':id')
  @Cached({ namespace: 'job' })
  @JsonText()
  @ApiOperation({ summary: 'One job' })
  @ApiJobId()
  @ApiJobNow()
  @ApiProblems(400, 401, 404)
  async get(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return tagged(reply, await this.jobs.get(caller, id));
  }

  @Patch(':id')
  @ApiJobUpdate()
  @ApiOperation({
    summary: 'Change a job',
    description: 'What is left out stays, `null` clears. A `status` that differs appends a status event.',
  })
  async update(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Body() dto: UpdateJobDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return tagged(reply, await this.jobs.update(caller, id, dto, ifMatch));
  }

  @Put(':id')
  @ApiJobUpdate()
  @ApiOperation({ summary: 'Change a job', description: 'The same as PATCH: partial.' })
  replace(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Body() dto: UpdateJobDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.update(caller, id, dto, ifMatch, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a job', description: 'Its status events go with it.' })
  @ApiJobId()
  @ApiIfMatch()
  @ApiNoContentResponse({ description: 'The job is gone.' })
  @ApiProblems(400, 401, 404, 412)
  delete(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    return this.jobs.delete(caller, id, ifMatch);
  }

  @Post(':id/archive')
  @HttpCode(200)
  @Idempotent()
  @JsonText()
  @ApiOperation({ summary: 'Archive a job', description: 'One that is archived already stays as it is.' })
  @ApiJobId()
  @ApiBody({ type: ArchiveJobDto, required: false })
  @ApiIfMatch()
  @ApiJobNow()
  @ApiProblems(...BODY_PROBLEMS, 401, 404, 412, ...IDEMPOTENCY_PROBLEMS)
  async archive(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Body() dto: ArchiveJobDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return tagged(reply, await this.jobs.archive(caller, id, dto.reason ?? null, ifMatch));
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Idempotent()
  @JsonText()
  @ApiOperation({
    summary: 'Take a job out of the archive',
    description: 'One that is not archived stays as it is.',
  })
  @ApiJobId()
  @ApiIfMatch()
  @ApiJobNow()
  @ApiProblems(400, 401, 404, 412, ...IDEMPOTENCY_PROBLEMS)
  async restore(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return tagged(reply, await this.jobs.restore(caller, id, ifMatch));
  }
}

const tagged = (reply: FastifyReply, { job, version }: JobText): string => {
  void reply.header('etag', versionTag(version));
  return job;
};
