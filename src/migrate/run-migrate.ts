import { databaseConfig, loadEnvFile, parseEnvironment, requiredDatabaseUrl } from '../config';
import { runMigrations } from '../platform/database';
import { schema } from '../schema';
import { explainDatabaseError } from '../start';

const migrate = async (source: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> => {
  const environment = parseEnvironment(source);
  const database = databaseConfig(
    environment,
    requiredDatabaseUrl(environment, 'is required: the database to migrate'),
  );
  const done = await runMigrations(database, schema).catch((error: unknown) => {
    throw explainDatabaseError(error, database.directUrl);
  });
  for (const name of done) say(`Migrated: ${name}`);
  say(
    done.length === 0
      ? 'The database is up to date.'
      : `The database is migrated: ${done.length} migrations.`,
  );
};

/**
 * Brings the configured database to the schema of this version, before instances with `MIGRATE_ON_START=false` start:
 * `npm run migrate`, in the container image `node dist/migrate.js`. Of many at once one migrates and the others wait. What
 * has been migrated stays so when a later migration fails: each is a transaction of its own.
 * @returns the exit code. 0: the schema is this version's; 1: it is not, for a wrong configuration, a database that is away
 * or a migration that failed, which is said
 */
export const runMigrate = async (source: NodeJS.ProcessEnv, say: (line: string) => void): Promise<0 | 1> => {
  try {
    loadEnvFile();
    await migrate(source, say);
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
};
