import { z } from 'zod';
import { flag, integer, variable } from '../variable';

/** How many requests a client may send. */
export const rateLimitVariables = {
  RATE_LIMIT_ENABLED: variable({
    schema: flag().default(true),
    meaning: 'Whether requests are limited a client; health and metrics never are.',
    example: 'true',
  }),
  RATE_LIMIT_PER_MINUTE: variable({
    schema: integer(1, 1_000_000_000).default(60),
    meaning: 'Most requests of one client in a minute, over all routes together.',
    example: '60',
  }),
  RATE_LIMIT_PER_HOUR: variable({
    schema: integer(1, 1_000_000_000).default(1000),
    meaning: 'Most requests of one client in an hour, over all routes together.',
    example: '1000',
  }),
  RATE_LIMIT_TRACKER: variable({
    schema: z.enum(['ip', 'user'], 'must be ip or user').default('ip'),
    meaning:
      'What counts as one client: its address (IPv6 by /64), or the user where one is logged in (else the address).',
    example: 'ip',
  }),
} as const;
