import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;

/** Characters of a refresh token: 32 random bytes in base64url. */
export const REFRESH_TOKEN_CHARACTERS = 43;

/** A new refresh token. */
export const newRefreshToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What is stored of a token: with 256 random bits in it, a plain SHA-256 cannot be reversed by guessing. */
export const refreshTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();
