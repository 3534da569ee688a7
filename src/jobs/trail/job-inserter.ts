import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../../platform/database';
import { ExternalRefTaken } from '../job.errors';
import { INSERT_MANY, INSERT_ONE, insertParameters, type JobRecord } from './insert-jobs.statement';
import { type NewJob } from './new-job';

/** Inserts jobs with the beginning of their trails. Statuses have been checked against the workflow. */
@Injectable()
export class JobInserter {
  constructor(private readonly database: Database) {}

  /**
   * Inserts one job.
   * @returns its id and its JSON
   * @throws ExternalRefTaken
   */
  async insert(ownerId: string, actorId: string, job: NewJob): Promise<{ id: string; job: string }> {
    const [row] = await this.database.query<{ id: string; job: string }>(
      INSERT_ONE,
      insertParameters(ownerId, actorId, [withId(job)]),
    );
    if (row === undefined) throw new ExternalRefTaken();
    return row;
  }

  /**
   * Inserts many jobs; one whose `externalRef` is taken is passed over.
   * @returns the ids of those inserted; give jobs an `id` to tell them apart
   */
  async insertMany(ownerId: string, actorId: string, jobs: readonly NewJob[]): Promise<Set<string>> {
    if (jobs.length === 0) return new Set();
    const rows = await this.database.query<{ id: string }>(
      INSERT_MANY,
      insertParameters(ownerId, actorId, jobs.map(withId)),
    );
    return new Set(rows.map(({ id }) => id));
  }
}

const hasId = (job: NewJob): job is JobRecord => job.id !== undefined;

const withId = (job: NewJob): JobRecord => (hasId(job) ? job : { ...job, id: uuidv7() });
