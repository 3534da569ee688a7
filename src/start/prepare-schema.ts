import { ConfigurationError, type AppConfig } from '../config';
import { hasPendingMigrations, runMigrations } from '../platform/database';
import { schema } from '../schema';
import { explainDatabaseError } from './unreachable-database';

/**
 * Brings the schema of the database up to date, or finds it so where that is not to be done at the start.
 * @param say tells the person at the terminal what happens
 * @throws ConfigurationError where migrations are missing and `MIGRATE_ON_START` is false, UnreachableDatabaseError
 */
export const prepareSchema = async (config: AppConfig, say: (line: string) => void): Promise<void> => {
  try {
    await migrate(config, say);
  } catch (error) {
    throw explainDatabaseError(error, config.database.directUrl);
  }
};

const migrate = async (config: AppConfig, say: (line: string) => void): Promise<void> => {
  if (config.database.migrateOnStart) {
    const done = await runMigrations(config.database, schema);
    if (done.length > 0) say(`Migrated the database: ${done.length} migrations.`);
  } else if (await hasPendingMigrations(config.database, schema)) {
    throw new ConfigurationError([
      'MIGRATE_ON_START is false and the database lacks migrations: run `npm run migrate` first (in the image: `node dist/migrate.js`)',
    ]);
  }
};
