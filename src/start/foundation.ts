import { join, resolve } from 'node:path';
import { configuredDatabaseUrl, ConfigurationError, describeProblem, type Environment } from '../config';
import {
  ensureDataFolder,
  readOrCreateSecretFile,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../platform/database/embedded';
import { type StopSignal } from './stop-signal';

/** What the program stands on, where the environment leaves it to the program. */
export interface Foundation {
  databaseUrl: string;
  secretKey: string;
  /** The server that was started, if any. */
  postgres: EmbeddedPostgres | undefined;
}

/**
 * Has a Postgres (the embedded one, when none is configured) and a secret.
 * @param say tells the person at the terminal what happens
 * @param stop breaks it off: the promise is then rejected with StopRequested, after the server has ended
 * @param meanwhile called while an embedded server gets ready, which takes it no time of this process
 * @throws ConfigurationError in production, without a database
 */
export const layFoundation = async (
  environment: Environment,
  say: (line: string) => void,
  stop: StopSignal,
  meanwhile: () => void,
): Promise<Foundation> => {
  const configured = databaseOf(environment);
  const dataDir = resolve(environment.DATA_DIR);
  const postgres =
    configured === undefined
      ? await startEmbeddedPostgres({ dataDir, log: say, abort: stop.signal, onSpawn: meanwhile })
      : undefined;
  try {
    const secretKey = environment.SECRET_KEY ?? (await generatedSecretKey(postgres?.dataDir ?? dataDir));
    return { databaseUrl: configured ?? postgres?.url ?? '', secretKey, postgres };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
};

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
