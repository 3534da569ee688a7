import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { type JobMerge } from './job-merge';
import { MERGE_JOBS, mergeParameters } from './merge-jobs.statement';

/** Writes what was told of jobs that exist: their fields, and events of their past. */
@Injectable()
export class JobMerger {
  constructor(private readonly database: Database) {}

  /**
   * Writes many jobs of one owner in one statement, counting the version of each up once. Runs in a
   * transaction that holds the locks on the jobs; statuses have been checked against the workflows.
   */
  async mergeMany(ownerId: string, actorId: string, merges: readonly JobMerge[]): Promise<void> {
    if (merges.length === 0) return;
    await this.database.query(MERGE_JOBS, mergeParameters(ownerId, actorId, merges));
  }
}
