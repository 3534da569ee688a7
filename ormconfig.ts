import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { configuredDatabaseUrl, databaseConfig, parseEnvironment } from './src/config';
import { dataSourceOptions } from './src/platform/database';
import { schema } from './src/schema';

const environment = parseEnvironment(process.env);
const url = environment.DATABASE_DIRECT_URL ?? configuredDatabaseUrl(environment);
if (url === undefined)
  throw new Error('The TypeORM CLI needs DATABASE_URL, DATABASE_DIRECT_URL or POSTGRES_HOST.');

/** For the TypeORM CLI: the same options as the program's, without its statement timeout. */
export default new DataSource(
  dataSourceOptions({ ...databaseConfig(environment, url), statementTimeout: 0 }, schema),
);
