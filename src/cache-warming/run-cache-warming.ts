import { parseArgs } from 'node:util';
import {
  AppConfig,
  configuredDatabaseUrl,
  ConfigurationError,
  describeProblem,
  loadEnvFile,
  parseEnvironment,
} from '../config';
import { createApp } from '../configure-app';
import { warmCache } from './warm-cache';

/** Users by default. */
const USERS = 100;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** @throws ConfigurationError where there is no cache to share, or no secret to ask as somebody with */
const configuration = (source: NodeJS.ProcessEnv): AppConfig => {
  // Requests of our own are no client's.
  const environment = parseEnvironment({ ...source, RATE_LIMIT_ENABLED: 'false' });
  const databaseUrl = configuredDatabaseUrl(environment);
  const problems: string[] = [];
  if (databaseUrl === undefined)
    problems.push(describeProblem('DATABASE_URL', 'is required: the cache is warmed beside the instances'));
  if (environment.REDIS_URL === undefined || !environment.REDIS_ENABLED)
    problems.push(
      describeProblem('REDIS_URL', 'is required: without it each process has a cache of its own'),
    );
  if (environment.SECRET_KEY === undefined)
    problems.push(describeProblem('SECRET_KEY', 'is required: the one of the instances'));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return new AppConfig(environment, {
    databaseUrl: databaseUrl ?? '',
    secretKey: environment.SECRET_KEY ?? '',
  });
};

/**
 * Fills the cache that the instances share, before they take traffic: `npm run cache:warm -- --users 100`. Exit code 1 when
 * it is wrongly configured, or nothing could be kept.
 */
export const runCacheWarming = async (source: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> => {
  try {
    loadEnvFile();
    const { values } = parseArgs({ args: [...args], options: { users: { type: 'string' } } });
    const users = Number(values.users ?? USERS);
    if (!Number.isSafeInteger(users) || users < 1) throw new Error('--users must be a whole number above 0');
    const app = await createApp(configuration(source));
    try {
      await app.init();
      const { filled, known, failed, users: found } = await warmCache(app, users);
      say(
        `Warmed the cache for ${found} users: ${filled} answers filled, ${known} there already, ${failed} failed.`,
      );
      if (failed > 0 && filled + known === 0) process.exitCode = 1;
    } finally {
      await app.close();
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
};
