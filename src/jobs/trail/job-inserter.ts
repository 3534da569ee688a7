import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../../platform/database';
import { type JobFieldsDto } from '../dto/job-fields.dto';
import { ExternalRefTaken } from '../job.errors';
import { INSERT_MANY, INSERT_ONE } from './insert-jobs.statement';
import { type NewEvent } from './job-trail';

/** A job to be, with the events that its trail begins with; at least one, in the order of their `seq`. */
export interface NewJob {
  /** UUIDv7; made when left out. */
  id?: string;
  workflow: string;
  fields: JobFieldsDto & { title: string };
  events: readonly NewEvent[];
  /** ISO 8601; the earliest event's time when left out. */
  createdAt?: string | undefined;
  archivedAt?: string | null | undefined;
  archiveReason?: string | null | undefined;
}

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
      parameters(ownerId, actorId, [withId(job)]),
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
      parameters(ownerId, actorId, jobs.map(withId)),
    );
    return new Set(rows.map(({ id }) => id));
  }
}

const withId = (job: NewJob): NewJob & { id: string } => ({ ...job, id: job.id ?? uuidv7() });

/** The fields of a job as a record for the statements that write jobs. */
export const jobFieldColumns = (fields: NewJob['fields']): Record<string, unknown> => ({
  external_ref: fields.externalRef,
  title: fields.title,
  company: fields.company,
  location: fields.location,
  city: fields.city,
  state: fields.state,
  job_type: fields.jobType,
  industry: fields.industry,
  source: fields.source,
  url: fields.url,
  description: fields.description,
  notes: fields.notes,
  salary_min: fields.salaryMin,
  salary_max: fields.salaryMax,
  salary_currency: fields.salaryCurrency,
  deadline: fields.deadline,
  tags: fields.tags,
  attributes: fields.attributes,
});

const jobRecord = ({ id, workflow, fields, createdAt, archivedAt, archiveReason }: NewJob) => ({
  id,
  workflow,
  ...jobFieldColumns(fields),
  created_at: createdAt,
  archived_at: archivedAt,
  archive_reason: archiveReason,
});

const eventRecords = ({ id, events }: NewJob & { id: string }) =>
  events.map(({ status, note, metadata, occurredAt }, index) => ({
    job_id: id,
    seq: index + 1,
    id: uuidv7(),
    status,
    note,
    metadata,
    occurred_at: occurredAt,
  }));

const parameters = (ownerId: string, actorId: string, jobs: (NewJob & { id: string })[]): unknown[] => [
  JSON.stringify(jobs.map(jobRecord)),
  JSON.stringify(jobs.flatMap(eventRecords)),
  ownerId,
  actorId,
];
