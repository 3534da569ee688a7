import { Injectable } from '@nestjs/common';
import { type Caller } from '../auth';
import { userScope, WriteAnnouncer } from '../platform/cache';
import { Database } from '../platform/database';
import { type BulkAnswerDto, type BulkResultDto } from './dto/bulk.dto';
import { type Job } from './job.entity';
import { JobRepository } from './job.repository';
import { JobTrail, type AppendOutcome } from './trail/job-trail';

/** Code of a failure by what the trail said. */
const FAILURE_CODES: Record<Exclude<AppendOutcome['outcome'], 'appended'>, string> = {
  unknown_status: 'validation_failed',
  too_far_ahead: 'validation_failed',
  transition_not_allowed: 'transition_not_allowed',
};

/** Changes of many jobs at once: one transaction, an outcome for each id, nothing changed where not allowed. */
@Injectable()
export class BulkService {
  constructor(
    private readonly database: Database,
    private readonly repository: JobRepository,
    private readonly trail: JobTrail,
    private readonly announcer: WriteAnnouncer,
  ) {}

  /** Appends a status event to each job. */
  async status(caller: Caller, ids: string[], status: string, note: string | null): Promise<BulkAnswerDto> {
    const wanted = distinct(ids);
    const outcomes = await this.trail.appendToMany(caller.id, wanted, caller.id, { status, note });
    const byId = new Map(outcomes.map(({ id, outcome }) => [id, outcome]));
    return answer(wanted, (id) => {
      const outcome = byId.get(id);
      if (outcome === undefined) return 'not_found';
      return outcome === 'appended' ? 'updated' : FAILURE_CODES[outcome];
    });
  }

  /** Sets the deadline of each job, or clears it. */
  deadline(caller: Caller, ids: string[], deadline: string | null): Promise<BulkAnswerDto> {
    return this.change(
      caller,
      ids,
      (job) => job.deadline !== deadline,
      (changed) => this.repository.update(changed, { deadline }),
    );
  }

  /** Archives each job; one that is archived already stays as it is. */
  archive(caller: Caller, ids: string[], reason: string | null): Promise<BulkAnswerDto> {
    return this.change(
      caller,
      ids,
      (job) => job.archivedAt === null,
      (changed) => this.repository.archive(changed, reason),
    );
  }

  private async change(
    caller: Caller,
    ids: string[],
    differs: (job: Job) => boolean,
    write: (ids: string[]) => Promise<void>,
  ): Promise<BulkAnswerDto> {
    const wanted = distinct(ids);
    return this.announcer.write(userScope(caller.id), () =>
      this.database.transaction(() => this.changeLocked(caller, wanted, differs, write)),
    );
  }

  private async changeLocked(
    caller: Caller,
    wanted: string[],
    differs: (job: Job) => boolean,
    write: (ids: string[]) => Promise<void>,
  ): Promise<BulkAnswerDto> {
    const found = new Map((await this.repository.lockMany(caller.id, wanted)).map((job) => [job.id, job]));
    const changed = [...found.values()].filter(differs).map(({ id }) => id);
    if (changed.length > 0) await write(changed);
    return answer(wanted, (id) => {
      const job = found.get(id);
      if (job === undefined) return 'not_found';
      return differs(job) ? 'updated' : 'unchanged';
    });
  }
}

const distinct = (ids: string[]): string[] => [...new Set(ids.map((id) => id.toLowerCase()))];

const answer = (ids: string[], verdict: (id: string) => string): BulkAnswerDto => {
  const results = ids.map((id): BulkResultDto => {
    const word = verdict(id);
    return word === 'updated' || word === 'unchanged'
      ? { id, outcome: word }
      : { id, outcome: 'failed', code: word };
  });
  return { updated: results.filter(({ outcome }) => outcome === 'updated').length, results };
};
