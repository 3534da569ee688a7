import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { ExistingJobsQuery, JobInserter, JobMerger, type ExistingJob, type NewJob } from '../../jobs';
import { userScope, WriteAnnouncer } from '../../platform/cache';
import { Database } from '../../platform/database';
import { isDatabaseUnavailable, sqlState } from '../../platform/http';
import { WorkflowService } from '../../workflows';
import { type OnConflict } from './import-query.dto';
import { type Outcome } from './import-tally';
import { type JobLine } from './job-line';
import { mergePlan, newJob, type Workflows } from './merge-plan';
import { LineFailure } from './source-line';

/** How often an update looks again for jobs that others create or delete meanwhile. */
const MAX_ATTEMPTS = 5;

/** Told what became of a line, once for each. */
export type Tell = (line: JobLine, outcome: Outcome) => void;

/** One batch on its way: whose it is, and what became of its lines so far. */
interface Batch {
  ownerId: string;
  onConflict: OnConflict;
  workflows: Workflows;
  outcomes: Map<JobLine, Outcome>;
}

/** The failure of a line whose `externalRef` is taken. */
export const refTaken = (): LineFailure =>
  new LineFailure('already_exists', 'externalRef: a job with it exists already');

/** Writes lines to the database, a batch at a time. */
@Injectable()
export class ImportWriter {
  private readonly logger = new Logger(ImportWriter.name);

  constructor(
    private readonly database: Database,
    private readonly inserter: JobInserter,
    private readonly merger: JobMerger,
    private readonly existing: ExistingJobsQuery,
    private readonly workflows: WorkflowService,
    private readonly announcer: WriteAnnouncer,
  ) {}

  /**
   * Writes lines of distinct `externalRef`s and tells of each. A batch that fails is written line by line, so
   * that the line at fault fails alone.
   * @throws what the database says when it is away; lines that were not told of were not written, but those of
   * a statement whose answer got lost may have been
   */
  async write(ownerId: string, lines: readonly JobLine[], onConflict: OnConflict, tell: Tell): Promise<void> {
    const workflows = await this.workflows.byId();
    const batch: Batch = { ownerId, onConflict, workflows, outcomes: new Map() };
    try {
      await this.announcer.write(userScope(ownerId), () => this.writeAll(batch, lines));
    } finally {
      for (const [line, outcome] of batch.outcomes) tell(line, outcome);
    }
  }

  private async writeAll(batch: Batch, lines: readonly JobLine[]): Promise<void> {
    try {
      await this.attempt(batch, lines);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.logger.warn({ err: error }, 'A batch of an import failed; trying its lines one by one');
      for (const line of lines) {
        if (!batch.outcomes.has(line)) await this.writeOne(batch, line);
      }
    }
  }

  private async writeOne(batch: Batch, line: JobLine): Promise<void> {
    try {
      await this.attempt(batch, [line]);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      // Classes 22 and 23: the data is at fault.
      const ofData = /^2[23]/.test(sqlState(error) ?? '');
      if (!ofData) this.logger.error({ err: error, line: line.line }, 'A line of an import failed');
      batch.outcomes.set(
        line,
        ofData
          ? new LineFailure('validation_failed', 'holds a value that cannot be stored')
          : new LineFailure('internal_error', 'Something went wrong on our side.'),
      );
    }
  }

  private attempt(batch: Batch, lines: readonly JobLine[]): Promise<void> {
    switch (batch.onConflict) {
      case 'error':
        return this.insertOr(batch, lines, refTaken());
      case 'skip':
        return this.skip(batch, lines);
      case 'update':
        return this.update(batch, lines, MAX_ATTEMPTS);
    }
  }

  private async insertOr(batch: Batch, lines: readonly JobLine[], taken: Outcome): Promise<void> {
    for (const line of await this.insert(batch, lines)) batch.outcomes.set(line, taken);
  }

  private async skip(batch: Batch, lines: readonly JobLine[]): Promise<void> {
    const taken = await this.existing.takenRefs(batch.ownerId, refsOf(lines));
    const isTaken = (line: JobLine): boolean => line.externalRef !== undefined && taken.has(line.externalRef);
    for (const line of lines.filter(isTaken)) {
      const job = newJob(line, batch.workflows);
      batch.outcomes.set(line, job instanceof LineFailure ? job : 'skipped');
    }
    await this.insertOr(
      batch,
      lines.filter((line) => !isTaken(line)),
      'skipped',
    );
  }

  private async update(batch: Batch, lines: readonly JobLine[], attempts: number): Promise<void> {
    if (lines.length === 0) return;
    if (attempts === 0) {
      for (const line of lines) batch.outcomes.set(line, refTaken());
      return;
    }
    const found = await this.existing.find(batch.ownerId, refsOf(lines));
    const known = lines.filter((line) => jobOf(found, line) !== undefined);
    const taken = await this.insert(
      batch,
      lines.filter((line) => !known.includes(line)),
    );
    const vanished = await this.merge(batch, this.changing(batch, known, found));
    // Someone else created or deleted a job meanwhile: those lines look again.
    await this.update(batch, [...taken, ...vanished], attempts - 1);
  }

  /** Inserts jobs; gives the lines whose `externalRef` was taken. */
  private async insert(batch: Batch, lines: readonly JobLine[]): Promise<JobLine[]> {
    const jobs = new Map<JobLine, NewJob & { id: string }>();
    for (const line of lines) {
      const job = newJob(line, batch.workflows);
      if (job instanceof LineFailure) batch.outcomes.set(line, job);
      else jobs.set(line, Object.assign(job, { id: uuidv7() }));
    }
    const inserted = await this.inserter.insertMany(batch.ownerId, batch.ownerId, [...jobs.values()]);
    const entries = [...jobs];
    for (const [line, { id }] of entries) if (inserted.has(id)) batch.outcomes.set(line, 'created');
    return entries.flatMap(([line, { id }]) => (inserted.has(id) ? [] : [line]));
  }

  /** Those of the lines that change their job. */
  private changing(batch: Batch, lines: readonly JobLine[], found: Map<string, ExistingJob>): JobLine[] {
    return lines.filter((line) => {
      const job = jobOf(found, line);
      const plan = job === undefined ? undefined : mergePlan(line, job, batch.workflows);
      if (plan === undefined) batch.outcomes.set(line, 'skipped');
      else if (plan instanceof LineFailure) batch.outcomes.set(line, plan);
      else return true;
      return false;
    });
  }

  /** Changes jobs as they are under their locks; gives the lines whose job is gone. */
  private async merge(batch: Batch, lines: readonly JobLine[]): Promise<JobLine[]> {
    if (lines.length === 0) return [];
    const plans = await this.database.transaction(async () => {
      const locked = await this.existing.findAndLock(batch.ownerId, refsOf(lines));
      const planned = lines.map((line) => {
        const job = jobOf(locked, line);
        return job === undefined
          ? { line, gone: true as const }
          : { line, plan: mergePlan(line, job, batch.workflows) };
      });
      const merges = planned.flatMap(({ plan }) =>
        plan === undefined || plan instanceof LineFailure ? [] : [plan],
      );
      await this.merger.mergeMany(batch.ownerId, batch.ownerId, merges);
      return planned;
    });
    for (const { line, plan, gone } of plans) {
      if (gone === true) continue;
      batch.outcomes.set(
        line,
        plan === undefined ? 'skipped' : plan instanceof LineFailure ? plan : 'updated',
      );
    }
    return plans.flatMap(({ line, gone }) => (gone === true ? [line] : []));
  }
}

/** The references of lines that have one. */
export const refsOf = (lines: readonly JobLine[]): string[] =>
  lines.flatMap(({ externalRef }) => (externalRef === undefined ? [] : [externalRef]));

const jobOf = (jobs: Map<string, ExistingJob>, { externalRef }: JobLine): ExistingJob | undefined =>
  externalRef === undefined ? undefined : jobs.get(externalRef);
