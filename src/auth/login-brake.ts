import { Injectable } from '@nestjs/common';
import { Database, statement } from '../platform/database';
import { addressKey, RateLimited } from '../platform/http';

/** Who tries to log in as whom. */
export interface LoginAttempt {
  /** As the request says it; counted by `addressKey`. */
  ip: string;
  /** Normalised. */
  email: string;
}

/**
 * Pauses an address for an e-mail after 10 failed logins in 15 minutes, until the oldest of the ten is that
 * old. Kept in Postgres and timed by its clock, so that it holds across instances and restarts. Only failures
 * count, so any number of right logins at once is fine; each outcome asks again whether the pair was paused meanwhile,
 * so a burst of guesses learns of no more than ten.
 */
@Injectable()
export class LoginBrake {
  constructor(private readonly database: Database) {}

  /** @throws RateLimited if the pair is paused */
  async check(attempt: LoginAttempt): Promise<void> {
    const [pause] = await this.database.read<{ seconds: number }>(PAUSE, key(attempt));
    if (pause !== undefined) throw new RateLimited('Too many failed logins. Try again later.', pause.seconds);
  }

  /** Counts a failure. @throws RateLimited, and does not count, if the pair was paused meanwhile */
  async failed(attempt: LoginAttempt): Promise<void> {
    const [counted] = await this.database.query(COUNT, key(attempt));
    if (counted === undefined) await this.check(attempt);
    await this.removeStale(SWEPT);
  }

  /** Removes so many pairs at most whose failures are over, and gives how many. */
  async removeStale(most: number): Promise<number> {
    return (await this.database.query(REMOVE_STALE, [most])).length;
  }

  /** Forgets the pair's failures. @throws RateLimited if the pair was paused meanwhile: nothing is granted then */
  async succeeded(attempt: LoginAttempt): Promise<void> {
    const { left } = await this.database.queryOne<{ left: boolean }>(CLEAR, key(attempt));
    // A statement of its own: the one before may have waited for the failure that began the pause.
    if (left) await this.check(attempt);
  }
}

const key = ({ ip, email }: LoginAttempt): [string, string] => [addressKey(ip), email];

/** Each failure adds one row at most and takes up to so many away. */
const SWEPT = 20;

const WINDOW = `interval '15 minutes'`;

/** `failed_at` holds ten at most, oldest first. */
const PAUSED = `cardinality(f.failed_at) = 10 AND f.failed_at[1] > clock_timestamp() - ${WINDOW}`;

const PAUSE = statement(
  'login-brake.pause',
  `SELECT ceil(extract(epoch FROM f.failed_at[1] + ${WINDOW} - clock_timestamp()))::integer AS seconds
   FROM login_failures f
   WHERE f.address = $1 AND f.email = $2 AND ${PAUSED}`,
);

const COUNT = statement(
  'login-brake.count',
  `INSERT INTO login_failures AS f (address, email, failed_at, last_failed_at)
   VALUES ($1, $2, ARRAY[clock_timestamp()], clock_timestamp())
   ON CONFLICT ON CONSTRAINT pk_login_failures DO UPDATE SET
     failed_at = ARRAY(
       SELECT at FROM unnest(f.failed_at) AS at WHERE at > clock_timestamp() - ${WINDOW} ORDER BY at
     ) || clock_timestamp(),
     last_failed_at = clock_timestamp()
   WHERE NOT (${PAUSED})
   RETURNING f.address`,
);

/** Whether there were failures that this did not clear: of a pair without any, as most are, there is nothing more to ask. */
const CLEAR = statement(
  'login-brake.clear',
  `WITH cleared AS (
     DELETE FROM login_failures f WHERE f.address = $1 AND f.email = $2 AND NOT (${PAUSED}) RETURNING f.address
   )
   SELECT EXISTS (SELECT FROM login_failures f WHERE f.address = $1 AND f.email = $2)
     AND NOT EXISTS (SELECT FROM cleared) AS left`,
);

/** $1 most rows. */
const REMOVE_STALE = statement(
  'login-brake.remove-stale',
  `DELETE FROM login_failures f USING (
     SELECT address, email FROM login_failures
     WHERE last_failed_at < clock_timestamp() - ${WINDOW}
     ORDER BY last_failed_at LIMIT $1 FOR UPDATE SKIP LOCKED
   ) AS stale
   WHERE f.address = stale.address AND f.email = stale.email
   RETURNING f.address`,
);
