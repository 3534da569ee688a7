import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import { UsersService, type Credentials, type Identity } from '../users';
import { AccessTokens } from './access-tokens';
import { wrongCredentials } from './auth.errors';
import type { SessionCaller } from './caller';
import { LoginBrake, type LoginAttempt } from './login-brake';
import { LoginTurns } from './login-turns';
import { Passwords } from './passwords';
import { Sessions, type OpenSession } from './sessions';

/** What a client gets to act as a user. */
export interface Grant {
  token: string;
  /** Seconds until `token` expires. */
  expiresIn: number;
  refreshToken: string;
  user: Identity;
}

/** The rules of registering, logging in, refreshing and logging out. E-mails come normalised. */
@Injectable()
export class AuthService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly brake: LoginBrake,
    private readonly turns: LoginTurns,
    private readonly accessTokens: AccessTokens,
  ) {}

  /** Creates an account and its first session. @throws AlreadyExists */
  async register(account: { email: string; password: string; name: string | null }): Promise<Grant> {
    const { email, name } = account;
    const passwordHash = await this.passwords.hash(account.password);
    const opened = await this.database.transaction(async () => {
      const user = await this.users.create({ email, name, passwordHash });
      return this.sessions.open({ ...user, passwordHash });
    });
    return this.grant(opened);
  }

  /**
   * Begins a session, in turn with the other logins of this process. An unknown e-mail is answered like a wrong password, after the same work.
   * @throws Unauthenticated, or RateLimited while the address is paused for this e-mail
   */
  login(attempt: LoginAttempt, password: string): Promise<Grant> {
    return this.turns.run(() => this.beginSession(attempt, password));
  }

  /** Spends a refresh token for a new pair. @throws Unauthenticated */
  async refresh(refreshToken: string): Promise<Grant> {
    return this.grant(await this.sessions.rotate(refreshToken));
  }

  /** Ends the caller's session, and that of `refreshToken` if it is theirs. */
  async logout(caller: SessionCaller, refreshToken?: string): Promise<void> {
    await this.sessions.revoke(caller, refreshToken);
  }

  private async beginSession(attempt: LoginAttempt, password: string): Promise<Grant> {
    await this.brake.check(attempt);
    const account = await this.users.findCredentials(attempt.email);
    const matches = await this.passwords.matches(account?.passwordHash, password);
    if (account === undefined || !matches) {
      await this.brake.failed(attempt);
      throw wrongCredentials();
    }
    await this.brake.succeeded(attempt);
    return this.grant(await this.sessions.open(await this.renewed(account, password)));
  }

  /**
   * The account with a hash of the parameters that are in use: else the time that a wrong password takes would go on
   * telling that there is an account. Before its session is opened, since that asks for the hash that was checked.
   */
  private async renewed(account: Credentials, password: string): Promise<Credentials> {
    if (!this.passwords.isOutdated(account.passwordHash)) return account;
    const passwordHash = await this.passwords.hash(password);
    if (await this.users.rehash(account, passwordHash)) return { ...account, passwordHash };
    // Another login was first, or the password was changed.
    const now = await this.users.findCredentials(account.email);
    return (await this.passwords.matches(now?.passwordHash, password)) ? (now ?? account) : account;
  }

  private grant({ sessionId, user, refreshToken }: OpenSession): Grant {
    const { id, email, name, role } = user;
    const token = this.accessTokens.issue({ id, role, sessionId });
    return { token, expiresIn: this.accessTokens.lifetime, refreshToken, user: { id, email, name, role } };
  }
}
