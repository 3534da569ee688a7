import { Injectable } from '@nestjs/common';
import { type Caller } from '../auth';
import { userScope, WriteAnnouncer } from '../platform/cache';
import { Database } from '../platform/database';
import { assertIfMatch, sqlState, ValidationFailed, violatedConstraint } from '../platform/http';
import { WorkflowService, type WorkflowDto } from '../workflows';
import { changedFields } from './changed-fields';
import { type CreateJobDto, type UpdateJobDto } from './dto/create-job.dto';
import { ExternalRefTaken } from './job.errors';
import { JobRepository, type JobChanges, type JobText } from './job.repository';
import { type Job } from './job.entity';
import { JobInserter } from './trail/job-inserter';
import { JobTrail } from './trail/job-trail';

/** The rules of one job: creating, changing, archiving, restoring, deleting. */
@Injectable()
export class JobService {
  constructor(
    private readonly database: Database,
    private readonly repository: JobRepository,
    private readonly inserter: JobInserter,
    private readonly trail: JobTrail,
    private readonly workflows: WorkflowService,
    private readonly announcer: WriteAnnouncer,
  ) {}

  /** @throws NotFound */
  get(caller: Caller, id: string): Promise<JobText> {
    return this.repository.text(caller.id, id);
  }

  /**
   * Creates a job with its first event.
   * @throws ValidationFailed for an unknown workflow or status, or a salary range upside down
   * @throws ExternalRefTaken
   */
  async create(caller: Caller, dto: CreateJobDto): Promise<{ id: string; job: string }> {
    const { workflow: workflowId = 'application', status, name: _alias, ...fields } = dto;
    const workflow = await this.existingWorkflow(workflowId);
    assertSalaryRange(fields);
    const first = status ?? workflow.initialStatus;
    assertStatus(workflow, first);
    return this.announcer.write(userScope(caller.id), () =>
      this.inserter.insert(caller.id, caller.id, {
        workflow: workflowId,
        fields,
        events: [{ status: first }],
      }),
    );
  }

  /**
   * Changes the given fields. A `status` that differs from the current one appends an event, as one change
   * with the rest.
   * @param ifMatch the `If-Match` header
   * @throws NotFound, VersionConflict, ValidationFailed, TransitionNotAllowed, ExternalRefTaken
   */
  async update(caller: Caller, id: string, dto: UpdateJobDto, ifMatch: string | undefined): Promise<JobText> {
    const { status, ...fields } = dto;
    return this.change(caller, async () => {
      const job = await this.repository.lock(caller.id, id);
      assertIfMatch(ifMatch, job.version);
      assertSalaryRange({ salaryMin: job.salaryMin, salaryMax: job.salaryMax, ...fields });
      const statusChanges = status !== undefined && status !== job.currentStatus;
      if (statusChanges) await this.trail.append(caller.id, id, caller.id, { status });
      await this.writeFields(job, fields, statusChanges);
      return this.repository.text(caller.id, id);
    });
  }

  /** Archives a job; one that is archived already stays as it is. @throws NotFound, VersionConflict */
  async archive(
    caller: Caller,
    id: string,
    reason: string | null,
    ifMatch: string | undefined,
  ): Promise<JobText> {
    return this.change(caller, async () => {
      const job = await this.repository.lock(caller.id, id);
      assertIfMatch(ifMatch, job.version);
      if (job.archivedAt === null) await this.repository.archive([id], reason);
      return this.repository.text(caller.id, id);
    });
  }

  /** Takes a job out of the archive; one that is not archived stays as it is. @throws NotFound, VersionConflict */
  async restore(caller: Caller, id: string, ifMatch: string | undefined): Promise<JobText> {
    return this.change(caller, async () => {
      const job = await this.repository.lock(caller.id, id);
      assertIfMatch(ifMatch, job.version);
      if (job.archivedAt !== null)
        await this.repository.update(id, { archivedAt: null, archiveReason: null });
      return this.repository.text(caller.id, id);
    });
  }

  /** Deletes a job and its events. @throws NotFound, VersionConflict */
  async delete(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    await this.change(caller, async () => {
      const job = await this.repository.lock(caller.id, id);
      assertIfMatch(ifMatch, job.version);
      await this.repository.delete(id);
    });
  }

  /** One transaction, after which nobody is served what was there before. */
  private change<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    return this.announcer.write(userScope(caller.id), () => this.database.transaction(work));
  }

  private async writeFields(job: Job, fields: JobChanges, counted: boolean): Promise<void> {
    const changes = changedFields(job, fields);
    if (Object.keys(changes).length === 0) return;
    try {
      await (counted
        ? this.repository.updateWithinChange(job.id, changes)
        : this.repository.update(job.id, changes));
    } catch (error) {
      if (sqlState(error) === '23505' && violatedConstraint(error) === 'uq_jobs_owner_external_ref') {
        throw new ExternalRefTaken();
      }
      throw error;
    }
  }

  private async existingWorkflow(id: string): Promise<WorkflowDto> {
    const workflow = (await this.workflows.byId()).get(id);
    if (workflow === undefined)
      throw ValidationFailed.of('workflow', 'is not a workflow (GET /api/workflows lists them)');
    return workflow;
  }
}

/** @throws ValidationFailed when both ends are known and the range is upside down */
export const assertSalaryRange = (range: { salaryMin?: number | null; salaryMax?: number | null }): void => {
  const { salaryMin, salaryMax } = range;
  if (typeof salaryMin === 'number' && typeof salaryMax === 'number' && salaryMax < salaryMin) {
    throw ValidationFailed.of('salaryMax', 'must not be below salaryMin');
  }
};

/** @throws ValidationFailed when the workflow has no such status */
export const assertStatus = (workflow: WorkflowDto, status: string): void => {
  if (workflow.statuses.some(({ key }) => key === status)) return;
  throw ValidationFailed.of('status', `is not a status of the workflow ${workflow.id}`);
};
