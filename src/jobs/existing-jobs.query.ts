import { Injectable } from '@nestjs/common';
import { Database, jsonTime, unprepared, type Statement } from '../platform/database';
import { type JobFieldsDto } from './dto/job-fields.dto';
import { JOB_FIELDS } from './job-json';

/** A job with its trail in short, as it is found by its `externalRef`. */
export interface ExistingJob extends Required<JobFieldsDto> {
  id: string;
  externalRef: string;
  workflow: string;
  title: string;
  currentStatus: string;
  archivedAt: string | null;
  archiveReason: string | null;
  /** Status and time of each event, in the order of `seq`. */
  events: [status: string, occurredAt: string][];
}

const COLUMNS = Object.entries(JOB_FIELDS).map(([name, expression]) => `${expression} AS "${name}"`);

/**
 * Jobs by reference, each by one look into the unique index: `= ANY ($2)` would compare each of the owner's jobs
 * with each reference. Planned at each use: a plan that was kept from when the table was small reads all of it
 * for each reference. $1 owner, $2 references.
 */
const FOUND = `
  SELECT f.id, f.external_ref FROM unnest($2::text[]) AS r (ref) CROSS JOIN LATERAL (
    SELECT j.id, j.external_ref FROM jobs j WHERE j.owner_id = $1 AND j.external_ref = r.ref
    ORDER BY j.owner_id, j.external_ref LIMIT 1
  ) f`;

const find = (locking: string): Statement =>
  unprepared(
    `WITH job AS MATERIALIZED (
       SELECT * FROM jobs WHERE id = ANY (ARRAY(SELECT id FROM (${FOUND}) found)) ${locking}
     )
     SELECT (SELECT row_to_json(o) FROM (SELECT ${COLUMNS.join(', ')}, (
       SELECT json_agg(json_build_array(e.status, ${jsonTime('e.occurred_at')}) ORDER BY e.seq)
       FROM job_status_events e WHERE e.job_id = j.id
     ) AS events) o)::text AS job
     FROM job j`,
    'jobs.existing',
  );

const FIND = find('');
const FIND_AND_LOCK = find('ORDER BY id FOR UPDATE');

const TAKEN_REFS = unprepared(`SELECT external_ref AS ref FROM (${FOUND}) found`, 'jobs.taken-refs');

/** Jobs of an owner by their `externalRef`, many at a time. */
@Injectable()
export class ExistingJobsQuery {
  constructor(private readonly database: Database) {}

  /** Those of the references that the owner has given to a job. */
  async takenRefs(ownerId: string, refs: readonly string[]): Promise<Set<string>> {
    if (refs.length === 0) return new Set();
    const rows = await this.database.read<{ ref: string }>(TAKEN_REFS, [ownerId, refs]);
    return new Set(rows.map(({ ref }) => ref));
  }

  /** The jobs that have the references, by reference. */
  find(ownerId: string, refs: readonly string[]): Promise<Map<string, ExistingJob>> {
    return this.database.reading(() => this.run(FIND, ownerId, refs));
  }

  /** The same, locked until the running transaction ends, in the order of their ids: two callers cannot deadlock. */
  findAndLock(ownerId: string, refs: readonly string[]): Promise<Map<string, ExistingJob>> {
    return this.run(FIND_AND_LOCK, ownerId, refs);
  }

  private async run(
    query: Statement,
    ownerId: string,
    refs: readonly string[],
  ): Promise<Map<string, ExistingJob>> {
    if (refs.length === 0) return new Map();
    const rows = await this.database.query<{ job: string }>(query, [ownerId, refs]);
    const jobs = rows.map(({ job }) => JSON.parse(job) as ExistingJob);
    return new Map(jobs.map((job) => [job.externalRef, job]));
  }
}
