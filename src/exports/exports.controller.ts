import { Body, Controller, Get, Header, HttpCode, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { IDEMPOTENCY_PROBLEMS, Idempotent } from '../idempotency';
import { EXPORT_OK } from '../job-transfer';
import { Heavy, Long, takesEncoding } from '../platform/front';
import { ApiProblems, attachment, BODY_PROBLEMS, NOT_STORED, UuidParam } from '../platform/http';
import { CreateExportDto } from './dto/create-export.dto';
import { ExportDto } from './dto/export.dto';
import { ExportDownloads } from './export-downloads';
import { ApiExportId, CREATE_DESCRIPTION, EXPORT_LOCATION, FILE_DESCRIPTION } from './exports-docs';
import { ExportsService } from './exports.service';

/** Exports that are written in the background, and their files. */
@ApiTags('Import and export')
@ApiBearerAuth('bearer')
@Controller('exports')
export class ExportsController {
  constructor(
    private readonly exports: ExportsService,
    private readonly downloads: ExportDownloads,
  ) {}

  @Post()
  @HttpCode(202)
  @Idempotent()
  @ApiOperation({ summary: 'Export jobs in the background', description: CREATE_DESCRIPTION })
  @ApiAcceptedResponse({ description: 'How far it has come.', type: ExportDto, headers: EXPORT_LOCATION })
  @ApiProblems(...BODY_PROBLEMS, 401, 403, ...IDEMPOTENCY_PROBLEMS)
  async create(
    @CurrentUser() caller: Caller,
    @Body() dto: CreateExportDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExportDto> {
    const made = await this.exports.create(caller, dto);
    void reply.header('location', `/api/exports/${made.id}`);
    return made;
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'How far an export has come',
    description: 'Ask again every few seconds until it is `done` or `failed`.',
  })
  @ApiExportId()
  @ApiOkResponse({ description: 'How far it has come.', type: ExportDto, headers: NOT_STORED })
  @ApiProblems(400, 401, 404)
  get(@CurrentUser() caller: Caller, @UuidParam('id') id: string): Promise<ExportDto> {
    return this.exports.get(caller, id);
  }

  @Get(':id/file')
  @Heavy('export-file')
  @Long()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The file of an export', description: FILE_DESCRIPTION })
  @ApiExportId()
  @ApiOkResponse(EXPORT_OK)
  @ApiProblems(400, 401, 404)
  async file(
    @CurrentUser() caller: Caller,
    @UuidParam('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { format, takenAt, chunks, bytes } = await this.exports.file(caller, id);
    const compressed = takesEncoding(request.headers['accept-encoding'], 'gzip');
    if (compressed) void reply.headers({ 'content-encoding': 'gzip', 'content-length': bytes });
    const content = this.downloads.begin(id, chunks, { compressed });
    return new StreamableFile(content, attachment('jobs', format, takenAt));
  }
}
