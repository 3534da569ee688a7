import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../../config';
import { dataSourceOptions, type Schema } from './data-source-options';
import { Database } from './database';
import { FiguresConnection } from './figures-connection';
import { PoolUsage } from './pool-usage';

/** Connects to Postgres and makes `Database` injectable everywhere. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(schema: Schema): DynamicModule {
    const typeOrm = TypeOrmModule.forRootAsync({
      inject: [AppConfig],
      useFactory: (config: AppConfig) => ({
        ...dataSourceOptions(config.database, schema),
        retryAttempts: 3,
        retryDelay: 1000,
      }),
    });
    const providers = [Database, FiguresConnection, PoolUsage];
    return { module: DatabaseModule, imports: [typeOrm], providers, exports: providers };
  }
}
