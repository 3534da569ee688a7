import { Injectable } from '@nestjs/common';
import { createSigner, createVerifier } from 'fast-jwt';
import { AppConfig } from '../config';
import { deriveKey } from '../platform/security';
import { ROLES, type Role } from '../users';
import { TokenExpired, Unauthenticated } from './auth.errors';
import type { SessionCaller } from './caller';

const ISSUER = 'jobtrail';

/** Verified tokens that are remembered; some 400 bytes each. */
const REMEMBERED_TOKENS = 5000;

/** Longer than any token made here: what is longer is not worth decoding. Characters. */
const MAX_TOKEN_LENGTH = 1024;

interface Verified {
  caller: SessionCaller;
  /** Milliseconds since 1970; from then on the token is expired. */
  expiresAt: number;
}

/**
 * Access tokens: JWTs signed with HS256 and nothing else, verified without I/O. What they say (user, role,
 * session) stays believed until they expire, also when the session is revoked meanwhile: that is why they
 * are short-lived.
 */
@Injectable()
export class AccessTokens {
  /** Seconds a token is valid. */
  readonly lifetime: number;
  private readonly sign: (claims: Record<string, unknown>) => string;
  private readonly decode: (token: string) => unknown;
  private readonly remembered = new Map<string, Verified>();

  constructor(config: AppConfig) {
    const key = deriveKey(config.auth.secretKey, 'access-token');
    this.lifetime = config.auth.accessTokenSeconds;
    this.sign = createSigner({ algorithm: 'HS256', key, iss: ISSUER, expiresIn: this.lifetime * 1000 });
    this.decode = createVerifier({
      algorithms: ['HS256'],
      key,
      allowedIss: ISSUER,
      requiredClaims: ['iss', 'iat', 'exp', 'sub', 'sid', 'role'],
      // Looked at below, to the millisecond and for remembered tokens as well.
      ignoreExpiration: true,
    });
  }

  /** A token for this caller. */
  issue({ id, role, sessionId }: SessionCaller): string {
    return this.sign({ sub: id, role, sid: sessionId });
  }

  /**
   * The caller that a token names.
   * @throws Unauthenticated unless it is ours; TokenExpired from its `exp` on (RFC 7519, 4.1.4)
   */
  verify(token: string): SessionCaller {
    const verified = this.remembered.get(token) ?? this.check(token);
    if (Date.now() < verified.expiresAt) return verified.caller;
    this.remembered.delete(token);
    throw new TokenExpired();
  }

  /** As `verify`, but `undefined` for a token that is not valid any more or never was. */
  known(token: string): SessionCaller | undefined {
    const remembered = this.remembered.get(token);
    if (remembered !== undefined) return Date.now() < remembered.expiresAt ? remembered.caller : undefined;
    try {
      return this.verify(token);
    } catch {
      return undefined;
    }
  }

  private check(token: string): Verified {
    const verified = token.length <= MAX_TOKEN_LENGTH ? this.read(token) : undefined;
    if (verified === undefined) throw new Unauthenticated('The access token is not valid.');
    this.remember(token, verified);
    return verified;
  }

  private read(token: string): Verified | undefined {
    let claims: Partial<Record<string, unknown>>;
    try {
      claims = this.decode(token) as Partial<Record<string, unknown>>;
    } catch {
      return undefined;
    }
    const { sub, sid, role, exp } = claims;
    if (typeof sub !== 'string' || typeof sid !== 'string' || typeof exp !== 'number' || !isRole(role))
      return undefined;
    return { caller: Object.freeze({ id: sub, role, sessionId: sid }), expiresAt: exp * 1000 };
  }

  /** Forgets the oldest when full; that one costs a signature check when it comes again. */
  private remember(token: string, verified: Verified): void {
    if (this.remembered.size >= REMEMBERED_TOKENS) {
      const [oldest] = this.remembered.keys();
      if (oldest !== undefined) this.remembered.delete(oldest);
    }
    this.remembered.set(token, verified);
  }
}

const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);
