import { z } from 'zod';
import { corsOrigins, databaseUrl, hostName, trustProxy } from './formats';
import { flag, integer, variable } from './variable';

const MEBIBYTE = 1024 * 1024;

/**
 * Every environment variable of the product: type, default, meaning, example.
 * `.env.example` and the README's table are generated from this record (`npm run config:docs`).
 */
export const environmentVariables = {
  NODE_ENV: variable({
    schema: z
      .enum(['development', 'test', 'production'], 'must be development, test or production')
      .default('development'),
    meaning: 'What the process is for; `production` demands a `SECRET_KEY` and listens on all interfaces.',
    example: 'production',
  }),
  HOST: variable({
    schema: z.string().optional(),
    meaning: 'Address to listen on.',
    defaultText: '127.0.0.1, in production 0.0.0.0',
    example: '0.0.0.0',
  }),
  PORT: variable({
    schema: integer(0, 65_535).default(3000),
    meaning: 'Port to listen on; 0 picks a free one.',
    example: '3000',
  }),
  DATA_DIR: variable({
    schema: z.string().default('.data'),
    meaning: 'Folder of the embedded Postgres and of the generated secret.',
    example: '.data',
  }),
  LOG_LEVEL: variable({
    schema: z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
        'must be fatal, error, warn, info, debug, trace or silent',
      )
      .default('info'),
    meaning: 'Least important level that is logged.',
    example: 'info',
  }),
  LOG_FILE: variable({
    schema: z.string().optional(),
    meaning: 'File that the JSON log lines are appended to, instead of standard output.',
    defaultText: 'standard output',
    example: 'logs/jobtrail.log',
  }),

  DATABASE_URL: variable({
    schema: databaseUrl().optional(),
    meaning: 'Postgres 15 to 18. Without it and without `POSTGRES_HOST` an embedded Postgres is started.',
    defaultText: 'embedded Postgres',
    example: 'postgres://jobtrail:secret@db.internal:5432/jobtrail',
  }),
  POSTGRES_HOST: variable({
    schema: hostName().optional(),
    meaning: 'Postgres host, an alternative to `DATABASE_URL` (which wins when both are set).',
    example: 'db.internal',
  }),
  POSTGRES_PORT: variable({
    schema: integer(1, 65_535).default(5432),
    meaning: 'Port that goes with `POSTGRES_HOST`.',
    example: '5432',
  }),
  POSTGRES_USER: variable({
    schema: z.string().default('jobtrail'),
    meaning: 'User that goes with `POSTGRES_HOST`.',
    example: 'jobtrail',
  }),
  POSTGRES_PASSWORD: variable({
    secret: true,
    schema: z.string().optional(),
    meaning: 'Password that goes with `POSTGRES_HOST`.',
    example: 'secret',
  }),
  POSTGRES_DB: variable({
    schema: z.string().default('jobtrail'),
    meaning: 'Database that goes with `POSTGRES_HOST`.',
    example: 'jobtrail',
  }),
  DATABASE_DIRECT_URL: variable({
    schema: databaseUrl().optional(),
    meaning: 'Postgres without a pooler in between, for migrations when `DATABASE_URL` points at PgBouncer.',
    defaultText: 'the same database',
    example: 'postgres://jobtrail:secret@db.internal:5432/jobtrail',
  }),
  MIGRATE_ON_START: variable({
    schema: flag().default(true),
    meaning:
      'Whether the process runs pending migrations before it serves; with false it refuses to start while any is pending.',
    example: 'true',
  }),
  DB_MAX_CONNECTIONS: variable({
    schema: integer(2, 1000).default(20),
    meaning: 'Most connections this process opens to Postgres.',
    example: '20',
  }),
  DB_CONNECTION_TIMEOUT: variable({
    schema: integer(100, 60_000).default(1500),
    meaning: 'Milliseconds a request waits for a connection before it is answered 503.',
    example: '1500',
  }),
  DB_IDLE_TIMEOUT: variable({
    schema: integer(0, 86_400_000).default(30_000),
    meaning: 'Milliseconds after which an idle connection is closed; 0 keeps it.',
    example: '30000',
  }),
  DB_MAX_LIFETIME: variable({
    schema: integer(0, 86_400).default(3600),
    meaning: 'Seconds after which a connection is replaced, however busy; 0 keeps it.',
    example: '3600',
  }),
  DB_STATEMENT_TIMEOUT: variable({
    schema: integer(100, 3_600_000).default(30_000),
    meaning:
      'Milliseconds after which Postgres ends a statement (streamed exports and migrations excepted). A connection on which nothing comes for 5 s more is cut.',
    example: '30000',
  }),

  SECRET_KEY: variable({
    secret: true,
    schema: z
      .string()
      .refine((text) => Buffer.byteLength(text) >= 32, 'must be at least 32 bytes long')
      .optional(),
    meaning:
      'Signs tokens and cursors; at least 32 bytes, the same on every instance. Required in production.',
    defaultText: 'made once and kept in `DATA_DIR`',
    example: 'change-me-to-the-output-of-openssl-rand-hex-32',
  }),
  ACCESS_TOKEN_EXPIRE_MINUTES: variable({
    schema: integer(1, 1440).default(30),
    meaning: 'Minutes an access token is valid.',
    example: '30',
  }),
  REFRESH_TOKEN_EXPIRE_DAYS: variable({
    schema: integer(1, 365).default(30),
    meaning: 'Days a refresh token is valid.',
    example: '30',
  }),
  ADMIN_EMAIL: variable({
    schema: z.email('must be an e-mail address').optional(),
    meaning:
      'E-mail of the first admin, created at start when there is no admin yet; goes with `ADMIN_PASSWORD`.',
    example: 'admin@example.com',
  }),
  ADMIN_PASSWORD: variable({
    secret: true,
    schema: z
      .string()
      .min(8, 'must be at least 8 characters long')
      .max(128, 'must be at most 128 characters long')
      .optional(),
    meaning: 'Password of the first admin, 8 to 128 characters.',
    example: 'a-long-passphrase',
  }),

  DEFAULT_PAGE_LIMIT: variable({
    schema: integer(1, 100).default(20),
    meaning: 'Rows on a page when the client names no `limit`.',
    example: '20',
  }),
  MAX_PAGE_LIMIT: variable({
    schema: integer(1, 100).default(100),
    meaning: 'Most rows a client may ask for on a page; not below `DEFAULT_PAGE_LIMIT`.',
    example: '100',
  }),
  MAX_OFFSET: variable({
    schema: integer(100, 1_000_000).default(10_000),
    meaning: 'Largest `page * limit`; deeper pages are reached by cursor.',
    example: '10000',
  }),
  MAX_UNPAGINATED: variable({
    schema: integer(1, 1_000_000).default(10_000),
    meaning: 'Most rows of a list with `paginate=false`.',
    example: '10000',
  }),
  MAX_BODY_BYTES: variable({
    schema: integer(64 * 1024, 64 * MEBIBYTE).default(MEBIBYTE),
    meaning: 'Largest JSON request body in bytes.',
    example: '1048576',
  }),
  MAX_IMPORT_BYTES: variable({
    schema: integer(1024, 100 * 1024 * MEBIBYTE).default(1024 * MEBIBYTE),
    meaning: 'Largest import in bytes; it is streamed, so memory does not grow with it.',
    example: '1073741824',
  }),
  CORS_ORIGINS: variable({
    schema: corsOrigins().default([]),
    meaning: 'Comma list of origins whose pages may call the API; empty allows none.',
    defaultText: 'none',
    example: 'https://jobs.example.com,http://localhost:5173',
  }),
  TRUST_PROXY: variable({
    schema: trustProxy().default(false),
    meaning:
      'Which `X-Forwarded-*` to believe: `false`, a number of proxy hops, or a comma list of addresses and CIDRs.',
    example: '1',
  }),
  REDIS_URL: variable({
    schema: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' }).optional(),
    meaning: 'Redis for what instances share. This version keeps nothing in Redis yet and says so at start.',
    defaultText: 'none',
    example: 'redis://redis.internal:6379',
  }),
} as const;

/** Name of a known environment variable. */
export type VariableName = keyof typeof environmentVariables;

/** The parsed environment, one property a variable. */
export type Environment = {
  [Name in VariableName]: z.output<(typeof environmentVariables)[Name]['schema']>;
};
