import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth';
import { AppConfig, ConfigModule } from './config';
import { DiagnosticsModule } from './diagnostics';
import { ExportsModule } from './exports';
import { HealthModule } from './health';
import { IdempotencyModule } from './idempotency';
import { JobCountsModule } from './job-counts';
import { JobStatusEventsModule } from './job-status-events';
import { JobTransferModule } from './job-transfer';
import { JobsModule } from './jobs';
import { MetricsEndpointModule } from './metrics';
import { CacheModule } from './platform/cache';
import { DatabaseModule } from './platform/database';
import { FrontModule } from './platform/front';
import { LifecycleModule } from './platform/lifecycle';
import { LoadModule } from './platform/load';
import { LoggingModule } from './platform/logging';
import { MetricsModule } from './platform/metrics';
import { ProfilingModule } from './platform/profiling';
import { PaginationModule } from './platform/pagination';
import { QueueModule } from './platform/queue';
import { RedisModule } from './platform/redis';
import { VitalsModule } from './platform/vitals';
import { schema } from './schema';
import { MonitorsModule } from './monitors';
import { SkillsModule } from './skills';
import { StatsModule } from './stats';
import { SystemMetricsModule } from './system-metrics';
import { UsersModule } from './users';
import { WorkflowsModule } from './workflows';

/** The whole program; imports only. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LifecycleModule,
        VitalsModule,
        LoggingModule.forRoot(config),
        MetricsModule,
        DatabaseModule.forRoot(schema),
        LoadModule,
        RedisModule,
        CacheModule,
        // Its guard comes first: a request is counted before anything is done for it.
        FrontModule,
        ProfilingModule,
        PaginationModule,
        QueueModule,
        UsersModule,
        AuthModule,
        WorkflowsModule,
        IdempotencyModule,
        JobCountsModule,
        // Before the jobs: their routes have an id where these have a word.
        JobTransferModule,
        JobsModule,
        JobStatusEventsModule,
        StatsModule,
        ExportsModule,
        SkillsModule,
        MonitorsModule,
        SystemMetricsModule,
        DiagnosticsModule,
        HealthModule,
        MetricsEndpointModule,
      ],
    };
  }
}
