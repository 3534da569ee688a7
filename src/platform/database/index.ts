export { dataSourceOptions, type Schema } from './data-source-options';
export { Database, type AfterTransaction, type TransactionOptions } from './database';
export { isConnectionFailure, isDatabaseUnavailable, sqlState } from './database-failure';
export { DatabaseModule } from './database.module';
export { hasPendingMigrations, runMigrations } from './migrate';
export { preparable, statement, unprepared, type Statement } from './statement';
export { jsonObject, jsonTime } from './json-sql';
export { HiddenParameters, Parameters } from './parameters';
export { RecordColumns, type RecordColumn } from './record-columns';
