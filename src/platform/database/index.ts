export { dataSourceOptions, type Schema } from './data-source-options';
export { Database } from './database';
export { DatabaseModule } from './database.module';
export { hasPendingMigrations, runMigrations } from './migrate';
export { preparable, statement, unprepared, type Statement } from './statement';
export { jsonObject, jsonTime } from './json-sql';
export { HiddenParameters, Parameters } from './parameters';
export { RecordColumns, type RecordColumn } from './record-columns';
