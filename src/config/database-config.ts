import { isIPv6 } from 'node:net';
import { type Environment } from './environment';

/** What a connection pool needs to know. Times in milliseconds unless the name says otherwise. */
export interface DatabaseConfig {
  url: string;
  /** For migrations: past any pooler. */
  directUrl: string;
  migrateOnStart: boolean;
  maxConnections: number;
  connectionTimeout: number;
  idleTimeout: number;
  maxLifetimeSeconds: number;
  statementTimeout: number;
  /** Whether connections keep prepared statements; a pooler in transaction mode may not. */
  preparedStatements: boolean;
}

/** The database part of the configuration, for `url`. */
export const databaseConfig = (environment: Environment, url: string): DatabaseConfig => ({
  url,
  directUrl: environment.DATABASE_DIRECT_URL ?? url,
  migrateOnStart: environment.MIGRATE_ON_START,
  maxConnections: environment.DB_MAX_CONNECTIONS,
  connectionTimeout: environment.DB_CONNECTION_TIMEOUT,
  idleTimeout: environment.DB_IDLE_TIMEOUT,
  maxLifetimeSeconds: environment.DB_MAX_LIFETIME,
  statementTimeout: environment.DB_STATEMENT_TIMEOUT,
  preparedStatements: environment.DB_PREPARED_STATEMENTS,
});

/** The address of the configured Postgres, or `undefined` when the embedded one is to be used. */
export const configuredDatabaseUrl = (environment: Environment): string | undefined => {
  if (environment.DATABASE_URL !== undefined) return environment.DATABASE_URL;
  if (environment.POSTGRES_HOST === undefined) return undefined;
  const url = new URL('postgres://localhost');
  // A URL ignores a host that it cannot hold, which IPv6 without its brackets is.
  const host = environment.POSTGRES_HOST;
  url.hostname = isIPv6(host) ? `[${host}]` : host;
  url.port = String(environment.POSTGRES_PORT);
  url.username = encodeURIComponent(environment.POSTGRES_USER);
  url.password = encodeURIComponent(environment.POSTGRES_PASSWORD ?? '');
  url.pathname = `/${encodeURIComponent(environment.POSTGRES_DB)}`;
  return url.href;
};
