import { Controller, Get, Header } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth';
import { Vital } from '../platform/front';
import { ApiOwnProblems, NOT_STORED } from '../platform/http';
import { SystemMetricsDto } from './system-metrics.dto';
import { SystemMetrics } from './system-metrics.service';

/** How the process and what it leans on are, in numbers, for administrators. */
@ApiTags('Operations')
@ApiBearerAuth('bearer')
@Roles('admin')
@Controller('admin/system-metrics')
export class SystemMetricsController {
  constructor(private readonly metrics: SystemMetrics) {}

  @Get()
  @Vital()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'How the system is, in numbers',
    description:
      'Of the process that answers, of Postgres, of the cache and of the queue. What Postgres has to be asked for is at ' +
      'most five seconds old, is waited for no longer than two seconds, and is null where it could not be read.',
  })
  @ApiOkResponse({
    description: 'The numbers.',
    type: SystemMetricsDto,
    headers: NOT_STORED,
  })
  @ApiOwnProblems(400, 401, 403)
  read(): Promise<SystemMetricsDto> {
    return this.metrics.read();
  }
}
