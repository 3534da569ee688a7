import { databaseConfig, parseEnvironment } from '../config';
import { runMigrations } from '../platform/database';
import { schema } from './schema';

/**
 * Brings the database at `url` to this program's schema; for tests, tools and scripts.
 * @returns the names of the migrations that were run
 */
export const migrateDatabase = (url: string): Promise<string[]> =>
  runMigrations(databaseConfig(parseEnvironment({}), url), schema);
