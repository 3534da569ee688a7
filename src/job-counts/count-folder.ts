import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WriteAnnouncer } from '../platform/cache';
import { Database, statement } from '../platform/database';
import { Repeated, RepeatedWork } from '../platform/queue';

/** Deltas that are folded in one transaction: some tens of milliseconds of work. */
const DELTAS_AT_ONCE = 5_000;

const FOLD_JOB_COUNTS = 'fold-job-counts';

const FOLD = statement('job_counts.fold', `SELECT fold_job_counts($1) AS folded`);

/**
 * Folds deltas into counts wherever a worker runs, so that reading them stays cheap: within a second of a write of the
 * same process, else when the worker looks. Counts are true without it.
 */
@Injectable()
export class CountFolder implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly announcer: WriteAnnouncer,
    private readonly repeated: RepeatedWork,
  ) {}

  onModuleInit(): void {
    this.announcer.onWritten(() => this.repeated.wake(FOLD_JOB_COUNTS));
  }

  /**
   * Folds a batch. Only one process at a time does: in others it does nothing meanwhile.
   * @returns whether there may be more to fold
   */
  @Repeated({ name: FOLD_JOB_COUNTS })
  async fold(): Promise<boolean> {
    const { folded } = await this.database.queryOne<{ folded: number }>(FOLD, [DELTAS_AT_ONCE]);
    return folded === DELTAS_AT_ONCE;
  }
}
