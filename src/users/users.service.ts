import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { userScope, WriteAnnouncer } from '../platform/cache';
import { Database, statement } from '../platform/database';
import { AlreadyExists, ValidationFailed } from '../platform/http';
import { cityOf, TIME_ZONE_WANTED } from './time-zone';
import { User, type Role } from './user.entity';

/** What tells a caller who they are. */
export interface Identity {
  id: string;
  email: string;
  name: string | null;
  role: Role;
}

/** An identity with what proves it. */
export interface Credentials extends Identity {
  passwordHash: string;
}

/** What a user may change of themselves; what is `undefined` stays. */
export interface ProfileChanges {
  name?: string | null | undefined;
  timeZone?: string | undefined;
}

/** Accounts. Plain statements where a password hash is a parameter: TypeORM's errors carry parameters into logs. */
@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly announcer: WriteAnnouncer,
  ) {}

  /**
   * Creates an account with role `user`.
   * @param email normalised
   * @throws AlreadyExists if the e-mail is taken, whoever was first
   */
  async create(account: { email: string; name: string | null; passwordHash: string }): Promise<Identity> {
    const values = [uuidv7(), account.email, account.name, account.passwordHash];
    const [created] = await this.database.query<Identity & Record<string, unknown>>(CREATE, values);
    if (created === undefined) throw new AlreadyExists('An account with this e-mail address exists already.');
    return created;
  }

  /** @param email normalised */
  async findCredentials(email: string): Promise<Credentials | undefined> {
    const [found] = await this.database.read<Credentials & Record<string, unknown>>(FIND_CREDENTIALS, [
      email,
    ]);
    return found;
  }

  /** The account without its password hash. */
  async find(id: string): Promise<User | null> {
    return this.database.reading(() => this.database.manager.findOneBy(User, { id }));
  }

  /**
   * Changes the account and gives it as it is then; `null` if there is none.
   * @throws ValidationFailed for a time zone that Postgres does not know
   */
  async change(id: string, { name, timeZone }: ProfileChanges): Promise<User | null> {
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(timeZone === undefined ? {} : { timeZone: cityOf(timeZone) }),
    };
    // This runtime knows names, some of them old, that Postgres does not; lists count days there.
    if (timeZone !== undefined && !(await this.databaseKnows(timeZone))) {
      throw ValidationFailed.of('timeZone', TIME_ZONE_WANTED);
    }
    if (Object.keys(changes).length > 0) {
      await this.announcer.write(userScope(id), () =>
        this.database.manager.update(User, { id }, { ...changes, updatedAt: () => 'now()' }),
      );
    }
    return this.find(id);
  }

  private async databaseKnows(timeZone: string): Promise<boolean> {
    return (await this.database.readOne<{ known: boolean }>(KNOWS_TIME_ZONE, [timeZone])).known;
  }

  /** Keeps another hash of the same password. @returns false where the account's hash was replaced meanwhile */
  async rehash({ id, passwordHash }: Credentials, renewed: string): Promise<boolean> {
    return (await this.database.query(REHASH, [id, passwordHash, renewed])).length > 0;
  }

  /** Whether there is an account with role `admin`. */
  async hasAdmin(): Promise<boolean> {
    const { found } = await this.database.readOne<{ found: boolean }>(HAS_ADMIN);
    return found;
  }

  /**
   * Makes `email` an admin with this password: a new account, or the one that has the e-mail.
   * @returns whose it is, and whether it was there before
   */
  async establishAdmin(email: string, passwordHash: string): Promise<{ id: string; existed: boolean }> {
    return this.database.queryOne(ESTABLISH_ADMIN, [uuidv7(), email, passwordHash]);
  }
}

const CREATE = statement(
  'users.create',
  `INSERT INTO users (id, email, name, password_hash) VALUES ($1, $2, $3, $4)
   ON CONFLICT ON CONSTRAINT uq_users_email DO NOTHING
   RETURNING id, email, name, role`,
);

const FIND_CREDENTIALS = statement(
  'users.find-credentials',
  `SELECT id, email, name, role, password_hash AS "passwordHash" FROM users WHERE email = $1`,
);

const REHASH = statement(
  'users.rehash',
  `UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id`,
);

const HAS_ADMIN = statement(
  'users.has-admin',
  `SELECT EXISTS (SELECT FROM users WHERE role = 'admin') AS found`,
);

const KNOWS_TIME_ZONE = statement(
  'users.knows-time-zone',
  `SELECT EXISTS (SELECT FROM pg_timezone_names WHERE lower(name) = lower($1)) AS known`,
);

// xmax is 0 in a row that was inserted, not updated.
const ESTABLISH_ADMIN = statement(
  'users.establish-admin',
  `INSERT INTO users (id, email, role, password_hash) VALUES ($1, $2, 'admin', $3)
   ON CONFLICT ON CONSTRAINT uq_users_email
   DO UPDATE SET role = 'admin', password_hash = excluded.password_hash, updated_at = now()
   RETURNING id, xmax <> 0 AS existed`,
);
