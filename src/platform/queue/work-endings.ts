import { Logger } from '@nestjs/common';
import { type Database } from '../database';
import { HOLD, RELEASE } from './queue.statements';
import { type QueueStore } from './queue-store';
import { reasonOf } from './reason';
import { type Outcome, type Piece } from './work-run';

/** Writes down how attempts at work ended. */
export class WorkEndings {
  private readonly logger = new Logger('Worker');

  constructor(
    private readonly store: QueueStore,
    private readonly database: Database,
  ) {}

  /** Notes an outcome, and logs it where it is a failure. @throws what the database throws */
  async note(piece: Piece, outcome: Outcome): Promise<void> {
    const { name, id, retryCount, retryLimit } = piece;
    if (outcome.kind === 'lost') return;
    if (outcome.kind === 'stopped') return this.release(piece, 0);
    if (outcome.kind === 'done') {
      await this.whileOwn(piece, () => this.store.boss.complete(name, id));
      return;
    }
    const reason = { message: reasonOf(outcome.error) };
    if (!(await this.whileOwn(piece, () => this.store.boss.fail(name, id, reason)))) return;
    const line = { err: outcome.error, work: name, id, attempt: retryCount + 1 };
    if (retryCount >= retryLimit) this.logger.error(line, 'Work is dead: its last attempt failed');
    else this.logger.warn(line, 'Work failed and will be tried again');
  }

  /** Gives work back as if it had not been begun; nobody takes it for so many seconds. */
  async release({ name, id, retryCount }: Piece, seconds: number): Promise<void> {
    await this.database.query(RELEASE, [name, id, retryCount, seconds]);
  }

  /**
   * Ends an attempt, if the work is still its own: pg-boss looks only whether somebody does it, which after a lapsed lease
   * may be another worker. Gives whether it was.
   */
  private async whileOwn({ name, id, retryCount }: Piece, end: () => Promise<void>): Promise<boolean> {
    const own = await this.database.transaction(async () => {
      const held = await this.database.query(HOLD, [name, id, retryCount]);
      if (held.length > 0) await end();
      return held.length > 0;
    });
    if (!own) this.logger.warn({ work: name, id }, 'Work ended after another worker had taken it over');
    return own;
  }
}
