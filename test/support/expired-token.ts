import { randomUUID } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import { deriveKey } from '../../src/platform/security';
import { TEST_SECRET_KEY } from './test-app';

/** An access token that is signed as the program signs, and expired. */
export const expiredToken = (): string =>
  createSigner({ algorithm: 'HS256', key: deriveKey(TEST_SECRET_KEY, 'access-token'), iss: 'jobtrail' })({
    sub: randomUUID(),
    sid: randomUUID(),
    role: 'user',
    iat: 1_600_000_000,
    exp: 1_600_000_060,
  });
