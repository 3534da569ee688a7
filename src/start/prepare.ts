import { join, resolve } from 'node:path';
import {
  AppConfig,
  configuredDatabaseUrl,
  ConfigurationError,
  describeProblem,
  type Environment,
} from '../config';
import { hasPendingMigrations, runMigrations } from '../platform/database';
import {
  ensureDataFolder,
  readOrCreateSecretFile,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../platform/database/embedded';
import { schema } from '../schema';
import type { StopSignal } from './stop-signal';
import { explainDatabaseError } from './unreachable-database';

/** What start has made ready: the configuration, and the server it started for it, if any. */
export interface Prepared {
  config: AppConfig;
  postgres: EmbeddedPostgres | undefined;
}

/**
 * Makes everything ready that the application stands on: a Postgres (the embedded one, when none is
 * configured), the secret, the schema.
 * @param say tells the person at the terminal what happens
 * @param role what the process is to be: see `AppConfig`
 * @param stop breaks it off: the promise is then rejected with StopRequested, after the server has ended
 */
export const prepare = async (
  environment: Environment,
  say: (line: string) => void,
  stop: StopSignal,
  role: 'server' | 'worker' = 'server',
): Promise<Prepared> => {
  const configured = databaseOf(environment);
  const dataDir = resolve(environment.DATA_DIR);
  const postgres =
    configured === undefined
      ? await startEmbeddedPostgres({ dataDir, log: say, abort: stop.signal })
      : undefined;
  try {
    const secretKey = environment.SECRET_KEY ?? (await generatedSecretKey(postgres?.dataDir ?? dataDir));
    const databaseUrl = configured ?? postgres?.url ?? '';
    const config = new AppConfig(environment, { databaseUrl, secretKey }, role);
    await stop.race(migrate(config, say)).catch((error: unknown) => {
      throw explainDatabaseError(error, config.database.directUrl);
    });
    return { config, postgres };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
};

/** @throws ConfigurationError in production, if there is none */
const databaseOf = (environment: Environment): string | undefined => {
  const configured = configuredDatabaseUrl(environment);
  if (configured === undefined && environment.NODE_ENV === 'production') {
    throw new ConfigurationError([
      describeProblem('DATABASE_URL', 'is required in production: the embedded Postgres is for development'),
    ]);
  }
  return configured;
};

/** The secret of an installation that has configured none: made once, so that tokens outlive a restart. */
const generatedSecretKey = async (dataDir: string): Promise<string> => {
  await ensureDataFolder(dataDir);
  return readOrCreateSecretFile(join(dataDir, 'secret.key'), 48);
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
