import { z } from 'zod';
import { databaseUrl, hostName } from '../formats';
import { flag, integer, variable } from '../variable';

/** Postgres and the connections to it. */
export const databaseVariables = {
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
    meaning:
      'Most connections of this process to Postgres for its work. Three more are reserved: for readiness, for figures, for the cache.',
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
  DB_PREPARED_STATEMENTS: variable({
    schema: flag().default(true),
    meaning:
      'Whether statements are prepared once a connection; false for PgBouncer before 1.21 in transaction mode.',
    example: 'true',
  }),
} as const;
