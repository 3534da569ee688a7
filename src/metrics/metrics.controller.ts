import { Controller, Get, Header, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth';
import { SkipThrottle, Vital } from '../platform/front';
import { AnyInput, ApiOwnProblems, NOT_STORED } from '../platform/http';
import { MetricsSource } from '../platform/metrics';
import { MetricsGuard } from './metrics.guard';
import { METRICS_PATH } from './metrics-path';

const EXAMPLE = `# HELP active_sessions Connections to Postgres by state
# TYPE active_sessions gauge
active_sessions{state="used"} 3
active_sessions{state="max"} 20
`;

/** The metrics of the instance, for Prometheus. */
@ApiTags('Operations')
@Controller(METRICS_PATH)
export class MetricsController {
  constructor(private readonly metrics: MetricsSource) {}

  /** `Public`: the token is not one of the API's. */
  @Public()
  @UseGuards(MetricsGuard)
  @SkipThrottle()
  @Vital()
  @AnyInput()
  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Metrics for Prometheus',
    description:
      'In production only with `Authorization: Bearer $METRICS_TOKEN`; 404 where no token is configured, or ' +
      '`METRICS_ENABLED` is false. Elsewhere open. Of all worker processes together.',
  })
  @ApiBearerAuth('metrics')
  @ApiOkResponse({
    description: 'Text format 0.0.4 of Prometheus.',
    headers: NOT_STORED,
    content: { 'text/plain': { schema: { type: 'string' }, example: EXAMPLE } },
  })
  @ApiOwnProblems('unauthenticated', 404)
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const text = await this.metrics.text();
    void reply.header('content-type', this.metrics.contentType);
    return text;
  }
}
