import { z } from 'zod';
import { flag, integer, variable } from '../variable';

const MEBIBYTE = 1024 * 1024;

/** The cache of answers. */
export const cacheVariables = {
  CACHE_ENABLED: variable({
    schema: flag().default(true),
    meaning: 'Whether answers are cached at all.',
    example: 'true',
  }),
  CACHE_KEY_PREFIX: variable({
    schema: z
      .string()
      .regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits, `_`, `.`, `:` or `-`')
      .default('jobtrail:'),
    meaning: 'Before each key in Redis, so that other programs may use the same server.',
    example: 'jobtrail:',
  }),
  CACHE_TTL_SECONDS: variable({
    schema: integer(1, 604_800).default(300),
    meaning: 'Seconds a cached answer is kept at most; it is dropped earlier when its data changes.',
    example: '300',
  }),
  CACHE_MAX_BYTES: variable({
    schema: integer(0, 64 * 1024 * MEBIBYTE).optional(),
    meaning: 'Most bytes of cached answers that this process keeps in memory.',
    defaultText: '104857600 (100 MiB), or a 32nd of the memory where that is less',
    example: '104857600',
  }),
  CACHE_MAX_KEYS: variable({
    schema: integer(1, 10_000_000).default(10_000),
    meaning: 'Most cached answers that this process keeps in memory.',
    example: '10000',
  }),
} as const;
