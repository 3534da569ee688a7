import { Module } from '@nestjs/common';
import { JobCountsModule } from '../job-counts';
import { DatabaseFigures } from './database-figures';
import { SystemMetricsController } from './system-metrics.controller';
import { SystemMetrics } from './system-metrics.service';

/** How the system is, in numbers. */
@Module({
  imports: [JobCountsModule],
  controllers: [SystemMetricsController],
  providers: [DatabaseFigures, SystemMetrics],
})
export class SystemMetricsModule {}
