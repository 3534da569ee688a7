import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { performance } from 'node:perf_hooks';
import { isConnectionFailure, isOutOfTime, StillRunning } from './database-failure';

/** Most milliseconds after its first failure at which work is begun anew. */
const MOST = 2_000;

/** Milliseconds between two attempts: about so long before the second, at most so long before the later ones. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 250;

/** After so many milliseconds without a failure the database no longer counts as away. */
const AWAY_FOR = 5_000;

const isAbsence = (error: unknown): boolean => isConnectionFailure(error) && !(error instanceof StillRunning);

/** What a repetition must keep to. */
export interface Repetition {
  /** Milliseconds that are left for waiting, for a connection or a lock. */
  remaining: number;
  /** What the attempt before failed with. */
  after: unknown;
}

/** Work that may be run again; `repetition` is `undefined` at the first time. */
export type Attempt<T> = (repetition: Repetition | undefined) => Promise<T>;

/**
 * Repeats what failed for the moment, after pauses that grow exponentially, with jitter, until the time is up
 * that a request waits for a connection, and 2 s at most. When a database has been away for that long, nothing
 * is repeated until something has succeeded again: during an outage requests fail at once, and none of them
 * adds to the crowd at the door.
 */
export class Retries {
  private readonly patience: number;
  /** When the database was last found away, after it had been so for all that time; on the monotonic clock. */
  private awayAt = -Infinity;

  /** @param connectionTimeout milliseconds that a request may wait for a connection */
  constructor(connectionTimeout: number) {
    this.patience = Math.min(MOST, connectionTimeout);
  }

  /**
   * @param mayRepeat whether, after this failure, another attempt is of use and does nothing twice
   * @param tells whether a first attempt that succeeds tells that the database is there
   * @throws what the last attempt threw
   */
  async run<T>(attempt: Attempt<T>, mayRepeat: (error: unknown) => boolean, tells = true): Promise<T> {
    try {
      const result = await attempt(undefined);
      if (tells) this.awayAt = -Infinity;
      return result;
    } catch (error) {
      if (!mayRepeat(error) || this.isAway(error)) throw error;
      return this.repeat(attempt, mayRepeat, error, performance.now() + this.patience);
    }
  }

  private async repeat<T>(
    attempt: Attempt<T>,
    mayRepeat: (error: unknown) => boolean,
    first: unknown,
    deadline: number,
  ): Promise<T> {
    let last = first;
    const remaining = (): number => deadline - performance.now();
    const policy = retry(
      handleWhen((error) => remaining() > 0 && mayRepeat(error)),
      {
        maxAttempts: Infinity,
        backoff: new ExponentialBackoff({ initialDelay: FIRST_PAUSE, maxDelay: LONGEST_PAUSE }),
      },
    );
    try {
      return await policy.execute(async ({ attempt: number }) => {
        // The first attempt has been made; the policy begins with the pause after it.
        if (number === 0 || remaining() <= 0) throw last;
        try {
          const result = await attempt({ remaining: remaining(), after: last });
          this.awayAt = -Infinity;
          return result;
        } catch (error) {
          last = error;
          throw error;
        }
      });
    } catch (error) {
      // The wait for a connection may end up to a millisecond before the time does.
      if ((remaining() <= 0 || isOutOfTime(error)) && isAbsence(error)) this.awayAt = performance.now();
      throw error;
    }
  }

  private isAway(error: unknown): boolean {
    if (!isAbsence(error) || performance.now() - this.awayAt > AWAY_FOR) return false;
    this.awayAt = performance.now();
    return true;
  }
}
