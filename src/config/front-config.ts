import { type Environment } from './environment';

/** How Redis is reached. Times in milliseconds. */
export interface RedisConfig {
  url: string;
  keyPrefix: string;
  maxConnections: number;
  healthCheckInterval: number;
  socketTimeout: number;
}

/** How much is cached for how long. */
export interface CacheConfig {
  enabled: boolean;
  ttlSeconds: number;
  maxBytes: number;
  maxKeys: number;
}

/** How many requests of one client are answered. */
export interface RateLimitConfig {
  enabled: boolean;
  perMinute: number;
  perHour: number;
  tracker: 'ip' | 'user';
}

/** The Redis part of the configuration. */
export const redisConfig = (environment: Environment): RedisConfig | undefined => {
  if (environment.REDIS_URL === undefined || !environment.REDIS_ENABLED) return undefined;
  return {
    url: environment.REDIS_URL,
    keyPrefix: environment.CACHE_KEY_PREFIX,
    maxConnections: environment.REDIS_MAX_CONNECTIONS,
    healthCheckInterval: environment.REDIS_HEALTH_CHECK_INTERVAL * 1000,
    socketTimeout: environment.REDIS_SOCKET_TIMEOUT * 1000,
  };
};

/** Most bytes that are cached by default where there is memory enough. */
const CACHE_BYTES = 100 * 1024 * 1024;

/** Where there is less, the cache takes this part of it: 32 MiB of 1 GiB. */
const CACHE_PART_OF_MEMORY = 1 / 32;

/** The cache part of the configuration. @param memory bytes that the process may use */
export const cacheConfig = (environment: Environment, memory: number): CacheConfig => ({
  enabled: environment.CACHE_ENABLED,
  ttlSeconds: environment.CACHE_TTL_SECONDS,
  maxBytes: environment.CACHE_MAX_BYTES ?? Math.min(CACHE_BYTES, Math.floor(memory * CACHE_PART_OF_MEMORY)),
  maxKeys: environment.CACHE_MAX_KEYS,
});
