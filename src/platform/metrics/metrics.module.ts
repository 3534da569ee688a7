import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../../config';
import { SupervisorLink } from '../processes';
import { CacheMetrics } from './cache.metrics';
import { InstanceMetrics } from './instance-metrics';
import { LimiterMetrics } from './limiter.metrics';
import { LoadMetrics } from './load.metrics';
import { MetricsRegistry } from './metrics-registry';
import { MetricsSource, OwnMetrics } from './metrics-source';
import { PoolMetrics } from './pool.metrics';
import { ProcessMetrics } from './process.metrics';
import { QueryTimes } from './query-times';
import { QueueMetrics } from './queue.metrics';
import { RedisMetrics } from './redis.metrics';
import { RequestDurations } from './request-durations';

/** What is counted and measured of the process, for Prometheus. */
@Global()
@Module({
  providers: [
    MetricsRegistry,
    {
      provide: MetricsSource,
      inject: [AppConfig, MetricsRegistry],
      useFactory: (config: AppConfig, registry: MetricsRegistry): MetricsSource =>
        config.processes === 1 ? new OwnMetrics(registry) : new InstanceMetrics(registry, SupervisorLink.own),
    },
    RequestDurations,
    QueryTimes,
    PoolMetrics,
    CacheMetrics,
    RedisMetrics,
    LimiterMetrics,
    LoadMetrics,
    QueueMetrics,
    ProcessMetrics,
  ],
  exports: [MetricsRegistry, MetricsSource, RequestDurations],
})
export class MetricsModule {}
