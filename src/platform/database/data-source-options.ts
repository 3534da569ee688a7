import * as pg from 'pg';
import { type DataSourceOptions, type EntitySchema, type MixedList } from 'typeorm';
import { type DatabaseConfig } from '../../config';
import { startupSettings } from './session-settings';
import { SnakeNamingStrategy } from './snake-naming.strategy';
import { VerifyingPool } from './verifying-pool';
import { ANSWER_MARGIN, CANCEL_MARGIN } from './watched-client';

/** What the database holds: the classes of the entities and of the migrations. */
export interface Schema {
  // TypeORM's own type for classes is `Function`; there is no narrower one to give it.
  entities: MixedList<NewableFunction | EntitySchema>;
  migrations: MixedList<NewableFunction>;
}

/** The one set of TypeORM options that the program, its tests and the TypeORM CLI share. */
export const dataSourceOptions = (database: DatabaseConfig, schema: Schema): DataSourceOptions => ({
  type: 'postgres',
  url: database.url,
  driver: { ...pg, Pool: VerifyingPool },
  entities: schema.entities,
  migrations: schema.migrations,
  migrationsTableName: 'migrations',
  migrationsTransactionMode: 'each',
  namingStrategy: new SnakeNamingStrategy(),
  synchronize: false,
  installExtensions: false,
  applicationName: 'jobtrail',
  poolSize: database.maxConnections,
  extra: {
    connectionTimeoutMillis: database.connectionTimeout,
    idleTimeoutMillis: database.idleTimeout,
    maxLifetimeSeconds: database.maxLifetimeSeconds,
    answerTimeoutMillis: database.statementTimeout === 0 ? 0 : database.statementTimeout + ANSWER_MARGIN,
    cancelAfterMillis: database.statementTimeout + CANCEL_MARGIN,
    keepAlive: true,
    ...startupSettings(database),
  },
});
