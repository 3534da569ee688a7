import { Global, Module } from '@nestjs/common';
import { MetricsRegistry } from './metrics-registry';
import { MetricsSource, OwnMetrics } from './metrics-source';

/** What is counted and measured of the process, for Prometheus. */
@Global()
@Module({
  providers: [MetricsRegistry, { provide: MetricsSource, useClass: OwnMetrics }],
  exports: [MetricsRegistry, MetricsSource],
})
export class MetricsModule {}
