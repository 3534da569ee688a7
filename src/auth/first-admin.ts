import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig, ConfigurationError, describeProblem } from '../config';
import { userScope, WriteAnnouncer } from '../platform/cache';
import { Database, statement } from '../platform/database';
import { isEmailAddress, normaliseEmail, UsersService } from '../users';
import { Passwords } from './passwords';
import { Sessions } from './sessions';

/** Arbitrary but fixed: of instances that start at once, one looks for an admin at a time. */
const LOCK = statement('first-admin.lock', `SELECT pg_advisory_xact_lock(7669075103243235693)`);

/**
 * Sees at start that there is an admin, if `ADMIN_EMAIL` and `ADMIN_PASSWORD` are given and there is none. An
 * account with that e-mail is promoted; since anyone may have registered it, its password is replaced and its
 * sessions are revoked.
 */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly announcer: WriteAnnouncer,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { admin } = this.config.auth;
    if (admin === undefined || (await this.users.hasAdmin())) return;
    const email = normaliseEmail(admin.email);
    if (!isEmailAddress(email)) {
      throw new ConfigurationError([describeProblem('ADMIN_EMAIL', 'must be an e-mail address')]);
    }
    const passwordHash = await this.passwords.hash(admin.password);
    await this.database.transaction(() => this.establish(email, passwordHash));
  }

  private async establish(email: string, passwordHash: string): Promise<void> {
    await this.database.query(LOCK);
    if (await this.users.hasAdmin()) return;
    const { id, existed } = await this.users.establishAdmin(email, passwordHash);
    // Announced before the commit, which is soon enough: other instances may have the profile in their cache.
    if (existed) await this.announcer.write(userScope(id), () => this.sessions.revokeAll(id));
    this.logger.log(`${existed ? 'Promoted' : 'Created'} the first admin ${email}`);
  }
}
