import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth';
import { AppConfig, ConfigModule } from './config';
import { HealthModule } from './health';
import { IdempotencyModule } from './idempotency';
import { JobStatusEventsModule } from './job-status-events';
import { JobTransferModule } from './job-transfer';
import { JobsModule } from './jobs';
import { DatabaseModule } from './platform/database';
import { LoggingModule } from './platform/logging';
import { PaginationModule } from './platform/pagination';
import { schema } from './schema';
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
        LoggingModule.forRoot(config),
        DatabaseModule.forRoot(schema),
        PaginationModule,
        UsersModule,
        AuthModule,
        WorkflowsModule,
        IdempotencyModule,
        // Before the jobs: their routes have an id where these have a word.
        JobTransferModule,
        JobsModule,
        JobStatusEventsModule,
        HealthModule,
      ],
    };
  }
}
