import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { CurrentUser, type Caller } from '../../auth';
import { AppConfig } from '../../config';
import { Heavy, Long } from '../../platform/front';
import { ApiProblems, PayloadTooLarge, UnsupportedMediaType } from '../../platform/http';
import { ImportJobDto } from './import-job.dto';
import { ImportQueryDto } from './import-query.dto';
import { ImportReportDto } from './import-report.dto';
import { ImportService, type ImportFormat } from './import.service';
import { IMPORT_BODY, IMPORT_DESCRIPTION } from './import-docs';

const FORMATS: Readonly<Record<string, ImportFormat>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
};

/** Jobs from a file. */
@ApiTags('Import and export')
@ApiBearerAuth('bearer')
@Controller('jobs')
export class ImportController {
  constructor(
    private readonly imports: ImportService,
    private readonly config: AppConfig,
  ) {}

  @Post('import')
  @HttpCode(200)
  @Heavy('import')
  @Long()
  @ApiOperation({ summary: 'Import jobs', description: IMPORT_DESCRIPTION, requestBody: IMPORT_BODY })
  @ApiExtraModels(ImportJobDto)
  @ApiOkResponse({ description: 'What became of each line.', type: ImportReportDto })
  @ApiProblems(400, 401, 413, 415)
  run(
    @CurrentUser() caller: Caller,
    @Query() query: ImportQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ImportReportDto> {
    const format = formatOf(request);
    if (format === undefined || !(request.body instanceof Readable)) {
      throw new UnsupportedMediaType('text/csv or application/x-ndjson, UTF-8, without Content-Encoding');
    }
    const { maxImportBytes } = this.config.limits;
    if (Number(request.headers['content-length'] ?? 0) > maxImportBytes)
      throw new PayloadTooLarge(maxImportBytes);
    return this.imports.run(caller, request.body, format, query);
  }
}

const formatOf = ({ headers }: FastifyRequest): ImportFormat | undefined => {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
  if (encoding !== 'identity' || !['utf-8', 'utf8', 'us-ascii'].includes(charset?.trim() ?? 'utf-8'))
    return undefined;
  return FORMATS[type.trim()];
};
