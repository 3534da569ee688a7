import { HttpException, Inject, Injectable, Optional } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Lifecycle } from '../platform/lifecycle';
import { RedisLink } from '../platform/redis';
import { DatabaseProbe } from './database-probe';

/** What Terminus says, and with which status it is to be answered. */
export interface ReadinessAnswer {
  readonly status: 200 | 503;
  readonly result: HealthCheckResult;
}

/** Whether requests should be sent to this instance. */
@Injectable()
export class Readiness {
  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly lifecycle: Lifecycle,
    private readonly database: DatabaseProbe,
    @Optional() @Inject(RedisLink) private readonly redis: RedisLink | undefined,
  ) {}

  /** Looks at what an instance needs; in its shape and statuses as Terminus does. */
  async check(): Promise<ReadinessAnswer> {
    try {
      const checks = this.lifecycle.isDraining ? [] : [() => this.databaseIndicator()];
      const result = await this.terminus.check([() => this.processIndicator(), ...checks]);
      return { status: 200, result: this.withRedis(result) };
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      const result = error.getResponse() as HealthCheckResult;
      return {
        status: 503,
        result: this.lifecycle.isDraining ? shuttingDown(result) : this.withRedis(result),
      };
    }
  }

  private processIndicator(): HealthIndicatorResult {
    const indicator = this.indicators.check('process');
    return this.lifecycle.isDraining
      ? indicator.down({ message: 'The instance is shutting down.' })
      : indicator.up();
  }

  private async databaseIndicator(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const { up } = await this.database.state();
    return up ? indicator.up() : indicator.down({ message: 'Postgres does not answer.' });
  }

  /** Without Redis the service works, so that Terminus, which knows `up` and `down` alone, is not asked about it. */
  private withRedis(result: HealthCheckResult): HealthCheckResult {
    if (this.redis === undefined) return result;
    const state =
      this.redis.session === undefined
        ? { status: 'degraded', message: 'Redis is away: the service goes on without it.' }
        : { status: 'up' };
    // Terminus' type knows two states; its documented schema takes any text.
    const redis = { redis: state } as unknown as HealthIndicatorResult;
    return { ...result, info: { ...result.info, ...redis }, details: { ...result.details, ...redis } };
  }
}

/** As Terminus says it itself, once Nest has begun to close. */
const shuttingDown = (result: HealthCheckResult): HealthCheckResult => ({
  ...result,
  status: 'shutting_down',
});
