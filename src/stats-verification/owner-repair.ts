import { userScope, type WriteAnnouncer } from '../platform/cache';
import { type Database } from '../platform/database';
import { DELETE_STRAYS, FOLD, LOCK_FOLDS, LOCK_REPAIRS, MEND_DAYS, MEND_TOTALS } from './cells.statements';
import { type DayRange } from './difference';
import { LOCK_WRONG_JOBS, MEND_MILESTONES } from './milestones.statements';

/** Jobs that are locked at the same time: some hundred milliseconds of work. */
const JOBS_AT_ONCE = 1_000;

/** Deltas that are folded in one transaction. */
const DELTAS_AT_ONCE = 5_000;

/**
 * Puts right what is counted of one owner, while others write and fold. The owner's answers are not cached
 * meanwhile, and those that were are not used again.
 */
export class OwnerRepair {
  constructor(
    private readonly database: Database,
    private readonly announcer: WriteAnnouncer,
    private readonly owner: string,
  ) {}

  /** Deletes cells that should not be there. */
  strays(): Promise<void> {
    return this.write(async () => {
      await this.database.query(LOCK_FOLDS);
      for (const each of DELETE_STRAYS) await this.database.query(each, [this.owner]);
    });
  }

  /** Writes the milestones of jobs anew; the counts follow, since triggers count every change of a job. */
  async milestones({ from, until }: DayRange): Promise<void> {
    for (let locked = JOBS_AT_ONCE; locked === JOBS_AT_ONCE;) {
      await this.write(async () => {
        const values = [this.owner, from, until, JOBS_AT_ONCE];
        const jobs = await this.database.query<{ id: string }>(LOCK_WRONG_JOBS, values);
        // Only now, with a snapshot in which is all that was appended before the locks.
        await this.database.query(MEND_MILESTONES, [jobs.map(({ id }) => id)]);
        locked = jobs.length;
      });
    }
  }

  /** Adds what the cells of a range lack as deltas, in the moment in which it is found. */
  days({ from, until }: DayRange): Promise<void> {
    return this.write(async () => {
      await this.database.query(LOCK_REPAIRS);
      await this.database.query(MEND_DAYS, [this.owner, from, until]);
    });
  }

  /** Makes the cells of all time the sum of those of days, while nobody folds. */
  totals(): Promise<void> {
    return this.write(async () => {
      await this.database.query(LOCK_FOLDS);
      await this.deleteStrays();
      await this.database.query(MEND_TOTALS, [this.owner]);
      // What was too much may have left cells of nothing.
      await this.deleteStrays();
    });
  }

  /** Folds what is there to fold; somebody else may be at it already. */
  async fold(): Promise<void> {
    // Some tens of milliseconds of work each.
    for (let folded = DELTAS_AT_ONCE; folded === DELTAS_AT_ONCE;) {
      ({ folded } = await this.database.queryOne<{ folded: number }>(FOLD, [DELTAS_AT_ONCE]));
    }
  }

  private async deleteStrays(): Promise<void> {
    for (const each of DELETE_STRAYS) await this.database.query(each, [this.owner]);
  }

  private write(work: () => Promise<void>): Promise<void> {
    return this.announcer.write(userScope(this.owner), () => this.database.transaction(work));
  }
}
