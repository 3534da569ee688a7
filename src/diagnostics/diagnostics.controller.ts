import { Controller, Header, HttpCode, Post, Query, Res, StreamableFile } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  type ApiResponseOptions,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, Roles, type Caller } from '../auth';
import { Long, Vital } from '../platform/front';
import { ApiOwnProblems, attachment, attachmentHeaders } from '../platform/http';
import { CpuProfileQueryDto, DEFAULT_SECONDS } from './cpu-profile-query.dto';
import { Diagnostics } from './diagnostics.service';

const JSON_FILE = { 'application/json': { schema: { type: 'object', additionalProperties: true } } } as const;

const file = (subject: string, format: 'cpuprofile' | 'heapsnapshot'): ApiResponseOptions => ({
  description: 'The file.',
  content: JSON_FILE,
  headers: attachmentHeaders(subject, format),
});

/** What the process that answers is doing, and what it holds, as files for Chrome's DevTools. */
@ApiTags('Operations')
@ApiBearerAuth('bearer')
@Roles('admin')
@Controller('admin/diagnostics')
export class DiagnosticsController {
  constructor(private readonly diagnostics: Diagnostics) {}

  @Post('cpu-profile')
  @HttpCode(200)
  @Vital()
  @Long()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Record what the CPU does',
    description:
      'Answers when the recording is over, with a `.cpuprofile`. The process goes on serving, a little slower. One at ' +
      'a time, snapshots included. Who leaves ends the recording.',
  })
  @ApiOkResponse(file('cpu', 'cpuprofile'))
  @ApiOwnProblems(400, 401, 403, 'diagnostics_running')
  async cpuProfile(
    @CurrentUser() caller: Caller,
    @Query() { seconds = DEFAULT_SECONDS }: CpuProfileQueryDto,
    @Res({ passthrough: true }) { raw: answer }: FastifyReply,
  ): Promise<StreamableFile> {
    const content = await this.diagnostics.cpuProfile({ caller, answer }, seconds);
    return new StreamableFile(content, attachment('cpu', 'cpuprofile', new Date()));
  }

  @Post('heap-snapshot')
  @HttpCode(200)
  @Vital()
  @Long()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Take a snapshot of the heap',
    description:
      'A `.heapsnapshot` of everything in the memory of the process, **secrets and data of all users included**. The ' +
      'process answers nothing else while it is made, ten seconds and more for 100 MB of heap, and it takes up to ' +
      'twelve times the memory of the heap, which the process mostly keeps: where that is not left it is refused. One ' +
      'at a time, recordings included. Who leaves, or does not read for 30 s, ends it.',
  })
  @ApiOkResponse(file('heap', 'heapsnapshot'))
  @ApiOwnProblems(400, 401, 403, 'diagnostics_running', 'insufficient_memory')
  async heapSnapshot(
    @CurrentUser() caller: Caller,
    @Res({ passthrough: true }) { raw: answer }: FastifyReply,
  ): Promise<StreamableFile> {
    const content = await this.diagnostics.heapSnapshot({ caller, answer });
    return new StreamableFile(content, attachment('heap', 'heapsnapshot', new Date()));
  }
}
