import { partOfLimits, type ContainerLimits } from './container-limits';
import { databaseConfig, type DatabaseConfig } from './database-config';
import {
  cacheConfig,
  redisConfig,
  type CacheConfig,
  type RateLimitConfig,
  type RedisConfig,
} from './front-config';
import { type Environment } from './environment';
import { healthConfig, type HealthThresholds } from './health-config';
import { shutdownConfig, type ShutdownConfig } from './shutdown-config';
import { monitoringConfig, type MonitoringConfig } from './monitoring-config';

/**
 * The typed configuration that the rest of the program injects. Built once at start from the environment
 * and from what start itself decided (the database address, the secret).
 */
export class AppConfig {
  readonly production: boolean;
  /** Processes that serve the port together, this one included; each has its part of what the container may use. */
  readonly processes: number;
  /** What this process may use. */
  readonly resources: ContainerLimits;
  readonly http: {
    host: string;
    port: number;
    corsOrigins: readonly string[];
    trustProxy: false | number | string[];
    /** Bytes. */
    maxBodyBytes: number;
    /** How long a client may stall. Milliseconds. */
    clientTimeout: number;
  };
  readonly log: { level: string; file: string | undefined };
  readonly database: DatabaseConfig;
  /** `undefined`: what instances would share is kept in the process. */
  readonly redis: RedisConfig | undefined;
  readonly cache: CacheConfig;
  readonly rateLimit: RateLimitConfig;
  /** Whether requests are refused while the process is saturated. */
  readonly loadShedding: boolean;
  /** When `/api/health` warns. */
  readonly health: HealthThresholds;
  readonly shutdown: ShutdownConfig;
  readonly worker: {
    /** Whether this process works on the queue. */
    enabled: boolean;
    /** Whether it does nothing else: it serves no requests. */
    apart: boolean;
    /** Between two looks for work while there is none. Milliseconds. */
    pollInterval: number;
  };
  readonly monitoring: MonitoringConfig;
  readonly metrics: {
    enabled: boolean;
    /** What readers show in production; `undefined`: nobody reads them there. */
    token: string | undefined;
  };
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
    /** Exports and lists without pages that an instance runs at once. */
    maxExports: number;
    /** Longest that one of them may be read. Milliseconds. */
    exportTimeout: number;
    /** Bytes. */
    maxImportBytes: number;
  };

  /**
   * @param resolved `processes`: how many share the port and the container; default 1
   * @param role `worker`: the process serves no requests, and works on the queue whatever `WORKER_ENABLED` says
   */
  constructor(
    environment: Environment,
    resolved: { databaseUrl: string; secretKey: string; processes?: number },
    role: 'server' | 'worker' = 'server',
  ) {
    const production = environment.NODE_ENV === 'production';
    this.production = production;
    this.processes = resolved.processes ?? 1;
    this.resources = partOfLimits(this.processes);
    this.http = {
      host: environment.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: environment.PORT,
      corsOrigins: environment.CORS_ORIGINS,
      trustProxy: environment.TRUST_PROXY,
      maxBodyBytes: environment.MAX_BODY_BYTES,
      clientTimeout: environment.CLIENT_TIMEOUT * 1000,
    };
    this.log = { level: environment.LOG_LEVEL, file: environment.LOG_FILE };
    this.database = databaseConfig(environment, resolved.databaseUrl);
    this.redis = redisConfig(environment);
    this.cache = cacheConfig(environment, this.resources.memory);
    this.rateLimit = {
      enabled: environment.RATE_LIMIT_ENABLED,
      perMinute: environment.RATE_LIMIT_PER_MINUTE,
      perHour: environment.RATE_LIMIT_PER_HOUR,
      tracker: environment.RATE_LIMIT_TRACKER,
    };
    this.loadShedding = environment.LOAD_SHEDDING_ENABLED;
    this.health = healthConfig(environment);
    this.shutdown = shutdownConfig(environment);
    this.worker = {
      enabled: role === 'worker' || environment.WORKER_ENABLED,
      apart: role === 'worker',
      pollInterval: environment.WORKER_POLL_INTERVAL * 1000,
    };
    this.monitoring = monitoringConfig(environment);
    this.metrics = { enabled: environment.METRICS_ENABLED, token: environment.METRICS_TOKEN };
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
      maxExports: environment.MAX_EXPORTS,
      exportTimeout: environment.EXPORT_TIMEOUT * 1000,
      maxImportBytes: environment.MAX_IMPORT_BYTES,
    };
  }
}
