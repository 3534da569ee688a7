import { Injectable } from '@nestjs/common';
import { type QueryDeepPartialEntity } from 'typeorm';
import { Database, statement } from '../platform/database';
import { NotFound } from '../platform/http';
import { type JobFieldsDto } from './dto/job-fields.dto';
import { JOB_JSON } from './job-json';
import { Job } from './job.entity';

/** A job as answered: its JSON text, and the version that its `ETag` names. */
export interface JobText {
  job: string;
  version: number;
}

/** The database's clock, cut to the millisecond, as times of jobs are kept. */
const NOW = () => `date_trunc('milliseconds', clock_timestamp())`;

const ONE_JOB = statement(
  'jobs.one',
  `SELECT j.version, ${JOB_JSON} AS job FROM jobs j WHERE j.id = $1 AND j.owner_id = $2`,
);

/** Jobs by id. Each method takes the owner: another's job is absent. */
@Injectable()
export class JobRepository {
  constructor(private readonly database: Database) {}

  /** @throws NotFound */
  async text(ownerId: string, id: string): Promise<JobText> {
    const [row] = await this.database.read<JobText & Record<string, unknown>>(ONE_JOB, [id, ownerId]);
    if (row === undefined) throw new NotFound('job');
    return row;
  }

  /** Locks a job until the running transaction ends. @throws NotFound */
  async lock(ownerId: string, id: string): Promise<Job> {
    const job = await this.database.manager.findOne(Job, {
      where: { id, ownerId },
      lock: { mode: 'pessimistic_write' },
    });
    if (job === null) throw new NotFound('job');
    return job;
  }

  /** Locks those of the jobs that exist, in the order of their ids so that two such calls cannot deadlock. */
  async lockMany(ownerId: string, ids: readonly string[]): Promise<Job[]> {
    return this.database.manager
      .createQueryBuilder(Job, 'job')
      .where('job.id IN (:...ids) AND job.ownerId = :ownerId', { ids, ownerId })
      .orderBy('job.id')
      .setLock('pessimistic_write')
      .getMany();
  }

  /** Writes changed fields and counts the version up. The caller holds the lock. */
  async update(id: string | readonly string[], changes: JobChanges): Promise<void> {
    const counted = Object.assign({}, changes, { version: () => 'version + 1', updatedAt: NOW });
    await this.database.manager
      .createQueryBuilder()
      .update(Job)
      .set(counted as QueryDeepPartialEntity<Job>)
      .where('id IN (:...ids)', { ids: typeof id === 'string' ? [id] : id })
      .updateEntity(false)
      .execute();
  }

  /** Writes changed fields of a job whose version the same change has already counted up. */
  async updateWithinChange(id: string, changes: JobChanges): Promise<void> {
    await this.database.manager
      .createQueryBuilder()
      .update(Job)
      .set(changes as QueryDeepPartialEntity<Job>)
      .where({ id })
      .updateEntity(false)
      .execute();
  }

  /** Archives jobs now; the caller holds the locks. */
  async archive(ids: readonly string[], reason: string | null): Promise<void> {
    await this.update(ids, { archivedAt: NOW, archiveReason: reason });
  }

  /** Deletes a job, and with it its events; the caller holds the lock. */
  async delete(id: string): Promise<void> {
    await this.database.manager.delete(Job, { id });
  }
}

/** Fields of a job that may be written by name. */
export type JobChanges = JobFieldsDto & {
  title?: string;
  archivedAt?: null | (() => string);
  archiveReason?: string | null;
};
