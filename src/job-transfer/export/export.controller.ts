import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Caller } from '../../auth';
import { Heavy, Long } from '../../platform/front';
import { ApiProblems, attachment } from '../../platform/http';
import { EXPORT_DESCRIPTION, EXPORT_OK } from './export-docs';
import { ExportQueryDto } from './export-query.dto';
import { ExportService } from './export.service';

/** Jobs to a file. */
@ApiTags('Import and export')
@ApiBearerAuth('bearer')
@Controller('jobs')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @Get('export')
  @Heavy('export')
  @Long()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Export jobs', description: EXPORT_DESCRIPTION })
  @ApiOkResponse(EXPORT_OK)
  @ApiProblems(400, 401, 403)
  async run(@CurrentUser() caller: Caller, @Query() query: ExportQueryDto): Promise<StreamableFile> {
    const { format, content } = await this.exports.file(query, caller);
    return new StreamableFile(content, attachment('jobs', format, new Date()));
  }
}
