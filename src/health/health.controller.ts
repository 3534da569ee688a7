import { applyDecorators, Controller, Get, Header } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Public } from '../auth';
import { SkipThrottle, Vital } from '../platform/front';
import { AnyInput, NOT_STORED, VerbatimAnswer } from '../platform/http';
import { HealthDto, LivenessDto } from './health.dto';
import { HealthService } from './health.service';
import { IndicatorDto, ReadinessDto } from './readiness.dto';
import { Readiness } from './readiness';

const NO_STORE = 'no-store';

const UNAVAILABLE_HEADERS = {
  ...NOT_STORED,
  'Retry-After': {
    description: 'Seconds to wait.',
    schema: { type: 'integer' as const, minimum: 1, example: 1 },
  },
};

/** Asked by machines: without a login, as often as they like, however busy the process is; and never from a cache. */
const Probe = (): MethodDecorator =>
  applyDecorators(Public(), SkipThrottle(), Vital(), AnyInput(), Header('cache-control', NO_STORE));

/** A report that is no problem document, with status 503. */
const unavailable = (body: object): VerbatimAnswer =>
  new VerbatimAnswer(
    503,
    { 'content-type': 'application/json; charset=utf-8', 'cache-control': NO_STORE, 'retry-after': '1' },
    JSON.stringify(body),
  );

/** How the instance is, for probes, load balancers and people. */
@ApiTags('Operations')
@ApiExtraModels(IndicatorDto)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly readiness: Readiness,
  ) {}

  @Probe()
  @Get()
  @ApiOperation({
    summary: 'How the instance is',
    description:
      'CPU, memory, heap and database connections of this process, and an alert for each that is above a threshold ' +
      '(`HEALTH_*`). Thresholds do not change the status code.',
  })
  @ApiOkResponse({
    description: 'It works, whatever the thresholds say.',
    type: HealthDto,
    headers: NOT_STORED,
  })
  @ApiServiceUnavailableResponse({
    headers: UNAVAILABLE_HEADERS,
    description: 'Postgres is away, or the instance is shutting down: the alerts say which.',
    type: HealthDto,
  })
  async report(): Promise<HealthDto> {
    const { serves, report } = await this.health.report();
    if (!serves) throw unavailable(report);
    return report;
  }

  @Probe()
  @Get('live')
  @ApiOperation({
    summary: 'Whether the process is alive',
    description: 'Checks nothing but the process itself: who fails this should be restarted.',
  })
  @ApiOkResponse({ description: 'The process answers.', type: LivenessDto, headers: NOT_STORED })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Probe()
  @Get('ready')
  @ApiOperation({
    summary: 'Whether the instance wants requests',
    description:
      'Looks whether Postgres answers, for at most a second, and tells what it has found for a second. Redis away is ' +
      '`degraded` and no reason to send requests elsewhere.',
  })
  @ApiOkResponse({ description: 'Send requests.', type: ReadinessDto, headers: NOT_STORED })
  @ApiServiceUnavailableResponse({
    headers: UNAVAILABLE_HEADERS,
    description: 'Send none: Postgres does not answer, or the instance is shutting down.',
    type: ReadinessDto,
  })
  async ready(): Promise<ReadinessDto> {
    const { status, result } = await this.readiness.check();
    if (status === 503) throw unavailable(result);
    return result as unknown as ReadinessDto;
  }
}
