import { createHash } from 'node:crypto';
import { type ExistingJobsQuery, type ExistingJob } from '../../jobs';
import { type WorkflowService } from '../../workflows';
import { type OnConflict } from './import-query.dto';
import { type Outcome } from './import-tally';
import { refsOf, refTaken, type Tell } from './import-writer';
import { type JobLine } from './job-line';
import { mergePlan, newJob, type Workflows } from './merge-plan';
import { LineFailure } from './source-line';

/**
 * An import that writes nothing and tells what would become of each line. Remembers the references of the
 * file, so its memory grows with their number. A line that repeats a reference of an earlier line is compared
 * with that line, where the job is not there yet.
 */
export class ImportRehearsal {
  /** Reference -> digest of the line that would have written it last. */
  private readonly seen = new Map<string, string>();

  constructor(
    private readonly existing: ExistingJobsQuery,
    private readonly workflows: WorkflowService,
  ) {}

  /** As `ImportWriter.write`, without writing. */
  async write(ownerId: string, lines: readonly JobLine[], onConflict: OnConflict, tell: Tell): Promise<void> {
    const workflows = await this.workflows.byId();
    const found = await this.existing.find(ownerId, refsOf(lines));
    for (const line of lines) {
      const job = line.externalRef === undefined ? undefined : found.get(line.externalRef);
      tell(
        line,
        job !== undefined && onConflict === 'update'
          ? outcomeOfMerge(line, job, workflows)
          : this.outcomeOfInsert(line, job !== undefined, onConflict, workflows),
      );
    }
  }

  private outcomeOfInsert(
    line: JobLine,
    taken: boolean,
    onConflict: OnConflict,
    workflows: Workflows,
  ): Outcome {
    const job = newJob(line, workflows);
    if (job instanceof LineFailure) return job;
    if (line.externalRef === undefined) return 'created';
    const before = this.seen.get(line.externalRef);
    if (!taken && before === undefined) {
      this.seen.set(line.externalRef, digest(line));
      return 'created';
    }
    if (onConflict === 'error') return refTaken();
    if (onConflict === 'skip' || before === digest(line)) return 'skipped';
    this.seen.set(line.externalRef, digest(line));
    return 'updated';
  }
}

const outcomeOfMerge = (line: JobLine, job: ExistingJob, workflows: Workflows): Outcome => {
  const plan = mergePlan(line, job, workflows);
  if (plan === undefined) return 'skipped';
  return plan instanceof LineFailure ? plan : 'updated';
};

const digest = ({ line: _line, ...told }: JobLine): string =>
  createHash('sha256').update(JSON.stringify(told)).digest('base64').slice(0, 16);
