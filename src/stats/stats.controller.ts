import { Controller, Get, Header, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, type Caller } from '../auth';
import { Cached, expiresWithin, Heavy } from '../platform/front';
import { ApiProblems, attachment, attachmentHeaders } from '../platform/http';
import { StatsQueryDto } from './stats-query.dto';
import { statsCsv } from './stats-csv';
import { StatsDto } from './stats.dto';
import { StatsService } from './stats.service';

const COUNTED =
  'Of the caller’s own jobs, archived ones included; all figures are as of one moment. `workflow`, `from` and `to` say ' +
  'which jobs are counted, by workflow and by day of creation.';

/** Of some days they are summed over cells of days, and over jobs at both ends. */
const heavyStats = ({ from, to }: Record<string, unknown>): string | undefined =>
  from === undefined && to === undefined ? undefined : 'stats';

/** Statistics. */
@ApiTags('Stats')
@ApiBearerAuth('bearer')
@Controller('stats')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @Get()
  @Cached({ namespace: 'stats', tag: 'content' })
  @Heavy(heavyStats)
  @ApiOperation({
    summary: 'Statistics of the jobs and their histories',
    description: `${COUNTED} What depends on the day is never older than the local day.`,
  })
  @ApiOkResponse({ description: 'The figures.', type: StatsDto })
  @ApiProblems(400, 401)
  async figures(
    @CurrentUser() caller: Caller,
    @Query() query: StatsQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<StatsDto> {
    const asked = Date.now();
    const { stats, dayEndsIn } = await this.stats.read(caller, query);
    expiresWithin(request, dayEndsIn, asked);
    return stats;
  }

  @Get('export')
  @Heavy(heavyStats)
  @Header('cache-control', 'no-store')
  @ApiProduces('text/csv')
  @ApiOperation({
    summary: 'The same as a CSV file',
    description: `${COUNTED} A row a value: \`figure\`, \`key\`, \`value\`. Never cached.`,
  })
  @ApiOkResponse({
    description: 'The file.',
    headers: attachmentHeaders('stats'),
    content: { 'text/csv': { schema: { type: 'string' }, example: 'figure,key,value\ntotals,all,42\n' } },
  })
  @ApiProblems(400, 401)
  async file(@CurrentUser() caller: Caller, @Query() query: StatsQueryDto): Promise<StreamableFile> {
    const { stats } = await this.stats.read(caller, query);
    return new StreamableFile(Buffer.from(statsCsv(stats)), attachment('stats', 'csv', new Date(stats.asOf)));
  }
}
