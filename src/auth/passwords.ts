import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** Fewest and most characters of a password. */
export const PASSWORD_CHARACTERS = { min: 8, max: 128 } as const;

/**
 * argon2id (the package's default algorithm) with one of the parameters that OWASP's Password Storage Cheat Sheet
 * names as equally strong: 12 MiB, three passes, one lane. It takes a third less CPU than 19 MiB and two passes, since
 * it stays closer to the processor's caches. Hashes that were made with other parameters match, too, until the next login.
 */
const PARAMETERS = { memoryCost: 12_288, timeCost: 3, parallelism: 1 };

/** What a hash with these parameters begins with, in PHC format. */
const BEGINNING = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

/** Passwords are hashed and compared on the thread pool, never on the event loop; some 6 to 30 ms each. */
@Injectable()
export class Passwords implements OnModuleInit {
  /** Hash of a password that nobody knows: compared with where there is no account, to take the same time. */
  private decoy = '';

  async onModuleInit(): Promise<void> {
    this.decoy = await this.hash(randomBytes(32).toString('base64url'));
  }

  /** The hash in PHC format, with a salt of its own. */
  hash(password: string): Promise<string> {
    return hash(password, PARAMETERS);
  }

  /** Whether a hash was made with other parameters than they are now. */
  isOutdated(passwordHash: string): boolean {
    return !passwordHash.startsWith(BEGINNING);
  }

  /** Whether `password` is the one of `passwordHash`; without a hash is false, and takes as long as with one not outdated. */
  async matches(passwordHash: string | undefined, password: string): Promise<boolean> {
    const matches = await verify(passwordHash ?? this.decoy, password);
    return matches && passwordHash !== undefined;
  }
}
