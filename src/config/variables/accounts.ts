import { z } from 'zod';
import { integer, variable } from '../variable';

/** Tokens and the first admin. */
export const accountVariables = {
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
} as const;
