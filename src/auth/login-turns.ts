import { Injectable } from '@nestjs/common';
import { Semaphore, withTimeout } from 'async-mutex';

/** Logins that are served at once: as many as passwords are hashed at once, by the threads that Node starts for such work. */
const AT_ONCE = 4;

/** Longest that a login waits for the turns of others. Milliseconds. */
const PATIENCE = 1_000;

/**
 * The logins of a process, a few at a time. Twenty at the same moment would take twenty connections, most of which are opened
 * for them and prepare each statement anew, only to wait for the threads that hash: on one core that takes longer than
 * the logins themselves. In turns they are answered sooner, and leave the pool to others. One that has waited for a second goes
 * ahead: what holds the turns up, a database that does not answer above all, is not to hold up the others with it. Measured in docs/adr/0019.
 */
@Injectable()
export class LoginTurns {
  /** Longest that one waits. Milliseconds. */
  patience = PATIENCE;

  private readonly turns = new Semaphore(AT_ONCE);

  /** Runs `work` when it is its turn. @throws what `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await withTimeout(this.turns, this.patience)
      .acquire()
      .then(
        ([, giveBack]) => giveBack,
        () => undefined,
      );
    try {
      return await work();
    } finally {
      release?.();
    }
  }
}
