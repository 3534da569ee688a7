import { z } from 'zod';
import { flag, variable } from '../variable';

/** Least characters of the token: it is a password that nobody has to remember. */
const LEAST_TOKEN_LENGTH = 16;

/** What is measured, and who may read it. */
export const metricsVariables = {
  METRICS_ENABLED: variable({
    schema: flag().default(true),
    meaning: 'Whether requests and queries are measured and `/metrics` answers.',
    example: 'true',
  }),
  METRICS_TOKEN: variable({
    schema: z
      .string()
      .min(LEAST_TOKEN_LENGTH, `must be at least ${LEAST_TOKEN_LENGTH} characters`)
      // What a header cannot carry could never be sent.
      .regex(/^[\x21-\x7e]*$/, 'must consist of visible ASCII characters')
      .optional(),
    secret: true,
    meaning:
      'Bearer token that `/metrics` demands in production; without one it answers 404 there. Elsewhere it is open.',
    defaultText: 'none',
    example: '3c9f1f0e8c6d4b7aa1b2c3d4e5f60718',
  }),
} as const;
