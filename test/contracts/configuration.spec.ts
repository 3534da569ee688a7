import {
  AppConfig,
  ConfigurationError,
  environmentVariables,
  HEALTH_METRICS,
  parseEnvironment,
} from '../../src/config';
import type { VariableName } from '../../src/config';
import { environmentExample, withConfigurationTable } from '../../scripts/configuration/configuration-docs';
import { readPackageManifest, readRepositoryFile } from '../support/repository-files';

const names = Object.keys(environmentVariables) as VariableName[];

const OUT_OF_DATE = 'is out of date: run `npm run config:docs` and commit it';

/** A secret that must not come back in a message. */
const SECRET = 'hunter2-very-secret';

/** For each variable values that are wrong; a text that may be anything has none. */
const WRONG: Record<VariableName, string[]> = {
  NODE_ENV: ['prod', 'Production'],
  HOST: [],
  PORT: ['-1', '65536', 'http', '3000.5', '3000x', '0x10'],
  DATA_DIR: [],
  WEB_CONCURRENCY: ['0', '65', '1.5', 'auto'],
  WEB_PROCESS_TIMEOUT: ['-1', '3601', 'x'],
  LOG_LEVEL: ['verbose', 'INFO'],
  LOG_FILE: [],
  DATABASE_URL: [`mysql://root:${SECRET}@db/app`, 'localhost', `postgres://u:${SECRET}@db.internal`, SECRET],
  POSTGRES_HOST: ['/var/run/postgresql', 'db:5432', 'a b', 'user@db', '[::1]', 'fe80::1%eth0', 'db/app'],
  POSTGRES_PORT: ['0', '70000', 'five'],
  POSTGRES_USER: [],
  POSTGRES_PASSWORD: [],
  POSTGRES_DB: [],
  DATABASE_DIRECT_URL: [`mysql://root:${SECRET}@db/app`, SECRET],
  MIGRATE_ON_START: ['maybe', '2'],
  DB_MAX_CONNECTIONS: ['0', '1', '1001', 'many'],
  DB_CONNECTION_TIMEOUT: ['0', '99', '60001', '1.5s'],
  DB_IDLE_TIMEOUT: ['-1', '86400001'],
  DB_MAX_LIFETIME: ['-1', '86401', '1h'],
  DB_STATEMENT_TIMEOUT: ['99', '3600001', '30s'],
  DB_PREPARED_STATEMENTS: ['maybe', '2'],
  SECRET_KEY: [SECRET, 'x'.repeat(31)],
  ACCESS_TOKEN_EXPIRE_MINUTES: ['0', '1441', '30m'],
  REFRESH_TOKEN_EXPIRE_DAYS: ['0', '366'],
  ADMIN_EMAIL: ['admin', 'admin@', '@example.com'],
  ADMIN_PASSWORD: ['short', 'x'.repeat(129)],
  DEFAULT_PAGE_LIMIT: ['0', '101', 'all'],
  MAX_PAGE_LIMIT: ['0', '101'],
  MAX_OFFSET: ['99', '1000001'],
  MAX_UNPAGINATED: ['0', '1000001'],
  MAX_EXPORTS: ['0', '251', 'two'],
  CLIENT_TIMEOUT: ['0', '3601', 'x'],
  EXPORT_TIMEOUT: ['0', '86401', 'x'],
  LOAD_SHEDDING_ENABLED: ['maybe', '2'],
  MAX_BODY_BYTES: ['65535', '67108865', '1MB'],
  MAX_IMPORT_BYTES: ['1023', '107374182401', '1GB'],
  CORS_ORIGINS: [
    '*',
    'jobs.example.com',
    'https://jobs.example.com/',
    'https://a.example.com,https://b.example.com/x',
  ],
  TRUST_PROXY: ['true', 'proxy.internal', '10.0.0.0/33', '-1'],
  REDIS_URL: [`http://:${SECRET}@redis`, 'redis', 'redis.internal:6379', SECRET],
  REDIS_ENABLED: ['maybe', '2'],
  REDIS_MAX_CONNECTIONS: ['0', '65', 'two'],
  REDIS_HEALTH_CHECK_INTERVAL: ['0', '3601', '30s'],
  REDIS_SOCKET_TIMEOUT: ['0', '0.01', '61', '500ms', '1e1'],
  CACHE_ENABLED: ['maybe', '2'],
  CACHE_KEY_PREFIX: ['a b', 'jobtrail*', 'x'.repeat(65), 'ключ:'],
  CACHE_TTL_SECONDS: ['0', '604801', '5m'],
  CACHE_MAX_BYTES: ['-1', '100MB', '68719476737'],
  CACHE_MAX_KEYS: ['0', '10000001', 'all'],
  RATE_LIMIT_ENABLED: ['maybe', '2'],
  RATE_LIMIT_PER_MINUTE: ['0', '1000000001', '60/min'],
  RATE_LIMIT_PER_HOUR: ['0', '1000000001', '1e3'],
  RATE_LIMIT_TRACKER: ['IP', 'session', 'ip,user'],
  WORKER_ENABLED: ['maybe', '2'],
  WORKER_POLL_INTERVAL: ['0', '86401', '0.5', '2s'],
  HEALTH_MEMORY_WARNING: ['0', '101', '80%'],
  HEALTH_MEMORY_CRITICAL: ['0', '101', '90%'],
  HEALTH_CPU_WARNING: ['0', '101', '80%'],
  HEALTH_CPU_CRITICAL: ['0', '101', '90%'],
  HEALTH_HEAP_WARNING: ['0', '101', '80%'],
  HEALTH_HEAP_CRITICAL: ['0', '101', '90%'],
  HEALTH_CONNECTIONS_WARNING: ['0', '101', '80%'],
  HEALTH_CONNECTIONS_CRITICAL: ['0', '101', '90%'],
  SHUTDOWN_DELAY: ['-1', '301', '5s'],
  SHUTDOWN_TIMEOUT: ['0', '3601', '10s'],
  METRICS_ENABLED: ['maybe', '2'],
  METRICS_TOKEN: ['x'.repeat(15), `${SECRET} in two words`, `${SECRET}-ключ`],
  SLOW_REQUEST_MS: ['0', '1s', '3600001'],
  VERY_SLOW_REQUEST_MS: ['0', '5s', '3600001'],
  SLOW_QUERY_MS: ['0', '1s', '3600001'],
  LOG_QUERIES: ['maybe', '2'],
  RESOURCE_REPORT_INTERVAL: ['-1', '3601', '30s'],
  CPU_PROFILE_PERCENT: ['-1', '101', '85%'],
  CPU_PROFILE_AFTER: ['0', '3601', '1m'],
  CPU_PROFILE_SECONDS: ['0', '61', '10s'],
  CPU_PROFILE_PAUSE: ['0', '604801', '1h'],
  DIAGNOSTICS_DIR: [],
  DIAGNOSTICS_MAX_FILES: ['0', '1001', 'all'],
  DIAGNOSTICS_MAX_BYTES: ['1048575', '68719476737', '100MB'],
  MEMORY_HIGH_PERCENT: ['-1', '101', '85%'],
  MEMORY_CRITICAL_PERCENT: ['-1', '101', '92%'],
  MEMORY_GROWTH_MINUTES: ['0', '1441', '10m'],
  MEMORY_GROWTH_PERCENT: ['-1', '1001', '25%'],
};

const problemsOf = (source: NodeJS.ProcessEnv): readonly string[] => {
  try {
    parseEnvironment(source);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

describe('The documentation of the configuration', () => {
  it('in .env.example is what the code says', () => {
    const committed = readRepositoryFile('.env.example') === environmentExample();
    expect(committed || `.env.example ${OUT_OF_DATE}`).toBe(true);
  });

  it("in the README's table is what the code says", () => {
    const readme = readRepositoryFile('README.md');
    expect(withConfigurationTable(readme) === readme || `README.md ${OUT_OF_DATE}`).toBe(true);
  });

  it('is written by `npm run config:docs`', () => {
    expect(readPackageManifest().scripts['config:docs']).toContain('scripts/write-configuration-docs.ts');
  });

  it('names each variable once, commented out, with an example that is valid', () => {
    const lines = readRepositoryFile('.env.example').split('\n');
    const shown = lines.flatMap((line) => /^# ([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(shown).toEqual(names);
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    for (const name of names) {
      const { example, meaning } = environmentVariables[name];
      expect([name, meaning.length > 15]).toEqual([name, true]);
      expect([name, environmentVariables[name].schema.safeParse(example).success]).toEqual([name, true]);
    }
  });
});

describe('The configuration', () => {
  it('has a default for everything: an empty environment is valid', () => {
    expect(parseEnvironment({})).toMatchObject({
      NODE_ENV: 'development',
      PORT: 3000,
      DB_MAX_CONNECTIONS: 20,
      DB_CONNECTION_TIMEOUT: 1500,
      DB_MAX_LIFETIME: 3600,
      MIGRATE_ON_START: true,
      ACCESS_TOKEN_EXPIRE_MINUTES: 30,
      CORS_ORIGINS: [],
      TRUST_PROXY: false,
      CACHE_ENABLED: true,
      CACHE_TTL_SECONDS: 300,
      CACHE_MAX_KEYS: 10_000,
      RATE_LIMIT_ENABLED: true,
      RATE_LIMIT_PER_MINUTE: 60,
      RATE_LIMIT_PER_HOUR: 1000,
      RATE_LIMIT_TRACKER: 'ip',
    });
  });

  it('takes an empty or blank variable for one that is not set', () => {
    const blank = Object.fromEntries(names.flatMap((name, index) => [[name, index % 2 === 0 ? '' : '  ']]));
    expect(parseEnvironment(blank)).toEqual(parseEnvironment({}));
  });

  it('leaves out what it does not know', () => {
    expect(parseEnvironment({ PATH: '/bin', PORTS: 'x' })).toEqual(parseEnvironment({}));
  });

  const wrong = names.flatMap((name) => WRONG[name].map((value): [VariableName, string] => [name, value]));

  it.each(wrong)('refuses %s=%s, with the name, what is wrong and an example', (name, value) => {
    const [problem, ...others] = problemsOf({ [name]: value });
    const { example } = environmentVariables[name];
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name}: .{5,}\\. Example: ${name}=`));
    expect(problem?.endsWith(`${name}=${example}`)).toBe(true);
    // Phrased for people, not by the library that found it.
    expect(problem).not.toMatch(/Invalid|expected (string|number)|regex|too (big|small)/i);
    expect(problem).not.toContain(SECRET);
  });

  it('names every wrong variable at once', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'y', SECRET_KEY: 'z' })).toHaveLength(3);
  });

  it('never shows the value of a secret, whatever else is wrong', () => {
    const secrets = {
      SECRET_KEY: SECRET,
      DATABASE_URL: `postgres:/${SECRET}`,
      ADMIN_PASSWORD: 'hunter2',
      POSTGRES_PASSWORD: SECRET,
      REDIS_URL: `http://:${SECRET}@x`,
      PORT: 'x',
    };
    expect(problemsOf(secrets).join()).not.toMatch(/hunter2/);
  });
});

describe('Variables that go together', () => {
  it('SECRET_KEY is required in production, and counts bytes, not characters', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^SECRET_KEY: is required/),
    ]);
    expect(problemsOf({ NODE_ENV: 'production', SECRET_KEY: 'é'.repeat(16) })).toEqual([]);
  });

  it.each([
    ['ADMIN_EMAIL', { ADMIN_PASSWORD: 'a-long-passphrase' }],
    ['ADMIN_PASSWORD', { ADMIN_EMAIL: 'admin@example.com' }],
  ])('%s is missing when the other is given alone', (missing, given) => {
    expect(problemsOf(given)).toEqual([expect.stringMatching(new RegExp(`^${missing}: is missing`))]);
  });

  it.each(HEALTH_METRICS.map((metric) => metric.toUpperCase()))(
    'HEALTH_%s_WARNING is below its CRITICAL',
    (metric) => {
      const both = (warning: string, critical: string): NodeJS.ProcessEnv => ({
        [`HEALTH_${metric}_WARNING`]: warning,
        [`HEALTH_${metric}_CRITICAL`]: critical,
      });
      const refused = [expect.stringMatching(new RegExp(`^HEALTH_${metric}_WARNING: must be below `))];
      expect(problemsOf(both('60', '60'))).toEqual(refused);
      expect(problemsOf(both('61', '60'))).toEqual(refused);
      expect(problemsOf(both('59', '60'))).toEqual([]);
    },
  );

  it('SHUTDOWN_DELAY is 0 by default, and 5 in production', () => {
    const delayOf = (source: NodeJS.ProcessEnv): number =>
      new AppConfig(parseEnvironment(source), { databaseUrl: 'postgres://x/y', secretKey: 'z' }).shutdown
        .delay;
    expect(delayOf({})).toBe(0);
    expect(delayOf({ NODE_ENV: 'production', SECRET_KEY: 'x'.repeat(32) })).toBe(5_000);
    expect(delayOf({ NODE_ENV: 'production', SECRET_KEY: 'x'.repeat(32), SHUTDOWN_DELAY: '0' })).toBe(0);
  });

  it('DEFAULT_PAGE_LIMIT may not exceed MAX_PAGE_LIMIT', () => {
    expect(problemsOf({ MAX_PAGE_LIMIT: '10' })).toEqual([expect.stringMatching(/^DEFAULT_PAGE_LIMIT: /)]);
    expect(problemsOf({ MAX_PAGE_LIMIT: '10', DEFAULT_PAGE_LIMIT: '10' })).toEqual([]);
  });
});
