import { z } from 'zod';
import { decimal, flag, integer, variable } from '../variable';

/** Redis, which instances share their cache and limits through. */
export const redisVariables = {
  REDIS_URL: variable({
    schema: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' }).optional(),
    secret: true,
    meaning:
      'Redis that instances share their cache and limits through; `rediss://` for TLS. Without it both are kept in the process.',
    defaultText: 'none',
    example: 'redis://:secret@redis.internal:6379/0',
  }),
  REDIS_ENABLED: variable({
    schema: flag().default(true),
    meaning: 'Whether `REDIS_URL` is used; false runs as if it were not set.',
    example: 'true',
  }),
  REDIS_MAX_CONNECTIONS: variable({
    schema: integer(1, 64).default(2),
    meaning:
      'Connections this process keeps to Redis: one for versions and limits, the rest for cached bodies.',
    example: '2',
  }),
  REDIS_HEALTH_CHECK_INTERVAL: variable({
    schema: integer(1, 3600).default(30),
    meaning: 'Seconds after which an idle connection to Redis is checked by a `PING`.',
    example: '30',
  }),
  REDIS_SOCKET_TIMEOUT: variable({
    schema: decimal(0.05, 60).default(0.5),
    meaning:
      'Seconds that connecting to Redis, or announcing a write there, may take. A read waits 0.04 s at most.',
    example: '0.5',
  }),
} as const;
