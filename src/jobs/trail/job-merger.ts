import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../../platform/database';
import { type JobFieldsDto } from '../dto/job-fields.dto';
import { jobFieldColumns } from './job-inserter';
import { type NewEvent } from './job-trail';
import { MERGE_JOBS } from './merge-jobs.statement';

/** What a job that exists becomes. */
export interface JobMerge {
  id: string;
  /** Complete: every field is written; `externalRef` stays. */
  fields: JobFieldsDto & { title: string };
  archivedAt: string | null;
  archiveReason: string | null;
  /** Events that the job lacks, in the order in which they are recorded. */
  events: readonly NewEvent[];
}

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
    await this.database.query(MERGE_JOBS, [
      JSON.stringify(merges.map(jobRecord)),
      JSON.stringify(merges.flatMap(eventRecords)),
      ownerId,
      actorId,
    ]);
  }
}

const jobRecord = ({ id, fields, archivedAt, archiveReason }: JobMerge) => ({
  id,
  ...jobFieldColumns(fields),
  archived_at: archivedAt,
  archive_reason: archiveReason,
});

const eventRecords = ({ id, events }: JobMerge) =>
  events.map(({ status, note, metadata, occurredAt }, position) => ({
    job_id: id,
    position,
    id: uuidv7(),
    status,
    note,
    metadata,
    occurred_at: occurredAt,
  }));
