import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../config';
import { Database } from '../platform/database';
import type { Credentials, Identity } from '../users';
import { badRefreshToken, wrongCredentials } from './auth.errors';
import type { SessionCaller } from './caller';
import { newRefreshToken, refreshTokenHash } from './refresh-token-text';
import * as sql from './sessions.statements';

/** A session as its owner gets it: whose it is, and the refresh token that continues it. */
export interface OpenSession {
  sessionId: string;
  user: Identity;
  refreshToken: string;
}

/** So many tokens are issued until expired ones are removed, and most that then are. */
const SWEPT = { every: 10, most: 50 };

interface Family extends Identity {
  [column: string]: unknown;
  sessionId: string;
  revoked: boolean;
}

/**
 * Sessions and their refresh tokens. Whoever spends a token of a family or revokes it locks the session's row
 * first, so the two never overlap: after a revocation no descendant of any token works.
 */
@Injectable()
export class Sessions {
  private readonly logger = new Logger(Sessions.name);
  /** Tokens since expired ones were removed. A process begins with it: it may end before it has issued so many. */
  private issued = SWEPT.every - 1;

  constructor(
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {}

  /**
   * Begins a session for someone who has just proved to know the password.
   * @throws Unauthenticated if that password was replaced meanwhile
   */
  async open({ passwordHash, ...user }: Credentials): Promise<OpenSession> {
    const sessionId = uuidv7();
    const refreshToken = newRefreshToken();
    const values = [sessionId, user.id, passwordHash, refreshTokenHash(refreshToken), this.lifetime];
    const [opened] = await this.database.query(sql.OPEN, values);
    if (opened === undefined) throw wrongCredentials();
    await this.removeExpired();
    return { sessionId, user, refreshToken };
  }

  /**
   * Exchanges a refresh token for its successor. Of concurrent exchanges of one token one succeeds; the
   * others are reuse. Reuse of a spent token revokes the session.
   * @throws Unauthenticated if the token is unknown, expired, spent, or its session revoked
   */
  async rotate(refreshToken: string): Promise<OpenSession> {
    // The outcome is returned, not thrown: a revocation must be committed.
    const continued = await this.database.transaction(() => this.spend(refreshTokenHash(refreshToken)));
    if (continued === undefined) throw badRefreshToken();
    await this.removeExpired();
    return continued;
  }

  /** Revokes the caller's session, and that of `refreshToken` if it is the caller's as well. Safe to repeat. */
  async revoke(caller: SessionCaller, refreshToken?: string): Promise<void> {
    const tokenHash = refreshToken === undefined ? null : refreshTokenHash(refreshToken);
    await this.database.query(sql.REVOKE, [caller.id, caller.sessionId, tokenHash]);
  }

  /** Revokes every session of a user. */
  async revokeAll(userId: string): Promise<void> {
    await this.database.query(sql.REVOKE_ALL, [userId]);
  }

  /** Removes so many expired tokens at most, with the sessions that they end. Gives how many. */
  async removeExpiredTokens(most: number): Promise<number> {
    return (await this.database.queryOne<{ removed: number }>(sql.REMOVE_EXPIRED, [most])).removed;
  }

  private async spend(tokenHash: Buffer): Promise<OpenSession | undefined> {
    const [family] = await this.database.query<Family>(sql.LOCK_FAMILY, [tokenHash]);
    if (family === undefined || family.revoked) return undefined;
    const { sessionId, id, email, name, role } = family;
    const refreshToken = newRefreshToken();
    const values = [tokenHash, refreshTokenHash(refreshToken), this.lifetime];
    const [successor] = await this.database.query(sql.ROTATE, values);
    if (successor !== undefined) return { sessionId, user: { id, email, name, role }, refreshToken };
    const [revoked] = await this.database.query(sql.REVOKE_IF_SPENT, [sessionId, tokenHash]);
    if (revoked !== undefined)
      this.logger.warn({ sessionId }, 'A spent refresh token came again: session revoked');
    return undefined;
  }

  /** Keeps the tables bounded where no worker runs: more expired tokens are removed than are issued. */
  private async removeExpired(): Promise<void> {
    this.issued = (this.issued + 1) % SWEPT.every;
    if (this.issued === 0) await this.removeExpiredTokens(SWEPT.most);
  }

  private get lifetime(): number {
    return this.config.auth.refreshTokenSeconds;
  }
}
