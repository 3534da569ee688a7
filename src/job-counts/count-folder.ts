import { Injectable } from '@nestjs/common';
import { Database, statement } from '../platform/database';

/** Deltas that are folded in one transaction: some tens of milliseconds of work. */
const DELTAS_AT_ONCE = 5_000;

const FOLD = statement('job_counts.fold', `SELECT fold_job_counts($1) AS folded`);

/** Folds deltas into counts, so that reading them stays cheap. Counts are true without it. */
@Injectable()
export class CountFolder {
  constructor(private readonly database: Database) {}

  /**
   * Folds a batch. Only one process at a time does: in others it does nothing meanwhile.
   * @returns whether there may be more to fold
   */
  async fold(): Promise<boolean> {
    const { folded } = await this.database.queryOne<{ folded: number }>(FOLD, [DELTAS_AT_ONCE]);
    return folded === DELTAS_AT_ONCE;
  }
}
