import { isIPv6 } from 'node:net';
import { type Environment } from './environment';

/**
 * The typed configuration that the rest of the program injects. Built once at start from the environment
 * and from what start itself decided (the database address, the secret).
 */
export class AppConfig {
  readonly production: boolean;
  readonly http: {
    host: string;
    port: number;
    corsOrigins: readonly string[];
    trustProxy: false | number | string[];
    /** Bytes. */
    maxBodyBytes: number;
  };
  readonly log: { level: string; file: string | undefined };
  readonly database: DatabaseConfig;
  readonly auth: {
    secretKey: string;
    accessTokenSeconds: number;
    refreshTokenSeconds: number;
    admin: { email: string; password: string } | undefined;
  };
  readonly limits: {
    defaultPageLimit: number;
    maxPageLimit: number;
    /** Largest `page * limit`. */
    maxOffset: number;
    maxUnpaginated: number;
    /** Bytes. */
    maxImportBytes: number;
  };

  constructor(environment: Environment, resolved: { databaseUrl: string; secretKey: string }) {
    const production = environment.NODE_ENV === 'production';
    this.production = production;
    this.http = {
      host: environment.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: environment.PORT,
      corsOrigins: environment.CORS_ORIGINS,
      trustProxy: environment.TRUST_PROXY,
      maxBodyBytes: environment.MAX_BODY_BYTES,
    };
    this.log = { level: environment.LOG_LEVEL, file: environment.LOG_FILE };
    this.database = databaseConfig(environment, resolved.databaseUrl);
    this.auth = {
      secretKey: resolved.secretKey,
      accessTokenSeconds: environment.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
      refreshTokenSeconds: environment.REFRESH_TOKEN_EXPIRE_DAYS * 86_400,
      admin:
        environment.ADMIN_EMAIL !== undefined && environment.ADMIN_PASSWORD !== undefined
          ? { email: environment.ADMIN_EMAIL, password: environment.ADMIN_PASSWORD }
          : undefined,
    };
    this.limits = {
      defaultPageLimit: environment.DEFAULT_PAGE_LIMIT,
      maxPageLimit: environment.MAX_PAGE_LIMIT,
      maxOffset: environment.MAX_OFFSET,
      maxUnpaginated: environment.MAX_UNPAGINATED,
      maxImportBytes: environment.MAX_IMPORT_BYTES,
    };
  }
}

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
