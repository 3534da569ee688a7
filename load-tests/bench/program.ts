import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessTokens } from '../../src/auth/access-tokens';
import { AppConfig, parseEnvironment } from '../../src/config';
import { type BenchOptions } from './options';
import { ROOT, startServer, type ServerProcess } from './processes';

/** Signs the tokens and cursors of a run; the baselines make the same cursors with it. */
export const SECRET_KEY = 'the-secret-of-the-bench-is-nobodys-secret';

const environment = {
  SECRET_KEY,
  ACCESS_TOKEN_EXPIRE_MINUTES: '1440',
  // Limits are counted, and never reached.
  RATE_LIMIT_PER_MINUTE: '1000000000',
  RATE_LIMIT_PER_HOUR: '1000000000',
  // A machine that others work on too is slow, which is no reason to refuse the bench.
  LOAD_SHEDDING_ENABLED: 'false',
  // As `npm run start:prod` has it.
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/** What the program is run with where the database is to be measured. */
export const UNCACHED = { CACHE_ENABLED: 'false' };

/** The program as it is run in production, with a log file. */
export interface Program extends ServerProcess {
  /** Headers of a request by this user: a real token. */
  headers(userId: string): Record<string, string>;
}

/** Builds the program unless told not to. */
export const buildProgram = ({ build }: Pick<BenchOptions, 'build'>): void => {
  if (build) execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
};

/**
 * Starts the program in a process of its own, with `further` environment variables.
 * @param dist folder that it was compiled into
 */
export const startProgram = async (
  databaseUrl: string,
  { cpuProfile, dist = 'dist' }: Pick<BenchOptions, 'cpuProfile'> & { dist?: string | undefined },
  further: Readonly<Record<string, string>>,
): Promise<Program> => {
  const folder = mkdtempSync(join(tmpdir(), 'jobtrail-bench-'));
  const logFile = join(folder, 'jobtrail.log');
  const profile = cpuProfile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfile}`];
  const server = await startServer([...profile, join(dist, 'main.js')], {
    ...environment,
    ...further,
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_FILE: logFile,
  });
  const config = new AppConfig(parseEnvironment(environment), { databaseUrl, secretKey: SECRET_KEY });
  const tokens = new AccessTokens(config);
  return {
    ...server,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    headers: (userId) => ({
      authorization: `Bearer ${tokens.issue({ id: userId, role: 'user', sessionId: userId })}`,
      'x-owner-id': userId,
    }),
  };
};
