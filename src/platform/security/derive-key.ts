import { hkdfSync } from 'node:crypto';

/** Bytes of a derived key: those of a SHA-256 hash; RFC 7518 (3.2) asks HS256 for no less. */
const KEY_BYTES = 32;

/**
 * A key of its own for one purpose, derived from the one secret by HKDF-SHA-256 (RFC 5869), so that what is
 * signed for one purpose never passes for another.
 * @param secret the configured `SECRET_KEY`
 * @param purpose a fixed label, such as `access-token`
 * @returns 32 bytes, the same on every instance with the same secret
 */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `jobtrail:${purpose}`, KEY_BYTES));
