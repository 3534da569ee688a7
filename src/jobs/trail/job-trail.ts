import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { userScope, WriteAnnouncer } from '../../platform/cache';
import { Database } from '../../platform/database';
import { NotFound, ValidationFailed } from '../../platform/http';
import { WorkflowService } from '../../workflows';
import { TransitionNotAllowed } from '../job.errors';
import { APPEND_MANY, APPEND_ONE, CLOCK_TOLERANCE_MINUTES } from './append-events.statement';
import { ONE_EVENT } from './one-event.statement';

/** A status event to be. */
export interface NewEvent {
  status: string;
  note?: string | null | undefined;
  metadata?: Record<string, unknown> | undefined;
  /** ISO 8601; now, when left out. */
  occurredAt?: string | undefined;
}

/** What `append` did: JSON texts of the event and of the job after it. */
export interface Appended {
  event: string;
  job: string;
  version: number;
}

/** What became of one job of a bulk change. */
export interface AppendOutcome {
  id: string;
  outcome: 'appended' | 'unknown_status' | 'too_far_ahead' | 'transition_not_allowed';
}

interface AppendRow {
  id: string;
  outcome: AppendOutcome['outcome'];
  workflowId: string;
  currentStatus: string;
}

interface AppendOneRow extends AppendRow {
  newest: boolean;
  seq: number;
  version: number;
  event: string;
  job: string;
}

/**
 * The trail of status events, and the only writer of a job's current status. Events are only ever appended;
 * the job's status is that of the newest by `(occurredAt, seq)`.
 */
@Injectable()
export class JobTrail {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowService,
    private readonly announcer: WriteAnnouncer,
  ) {}

  /**
   * Appends an event to one job of `ownerId`.
   * @throws NotFound, TransitionNotAllowed
   * @throws ValidationFailed for a status that the workflow lacks, or a time more than 5 minutes ahead
   */
  async append(ownerId: string, jobId: string, actorId: string, event: NewEvent): Promise<Appended> {
    const rows = await this.announcer.write(userScope(ownerId), () =>
      this.database.query<AppendOneRow>(APPEND_ONE, parameters([jobId], ownerId, actorId, event)),
    );
    const [row] = rows;
    if (row === undefined) throw new NotFound('job');
    if (row.outcome !== 'appended') throw await this.refusal(row, event.status);
    // What stands before a backdated event is for the history to say: another may have been recorded meanwhile.
    const text = row.newest ? row.event : await this.backdatedText(jobId, row);
    return { event: text, job: row.job, version: row.version };
  }

  /** Appends the same event to many jobs of `ownerId`; jobs that are absent or another's have no outcome. */
  async appendToMany(
    ownerId: string,
    jobIds: readonly string[],
    actorId: string,
    event: NewEvent,
  ): Promise<AppendOutcome[]> {
    return this.announcer.write(userScope(ownerId), () =>
      this.database.query<AppendRow>(APPEND_MANY, parameters(jobIds, ownerId, actorId, event)),
    );
  }

  private async backdatedText(jobId: string, { seq, event }: AppendOneRow): Promise<string> {
    const [found] = await this.database.read<{ event: string }>(ONE_EVENT, [jobId, seq]);
    // The job may have been deleted since; the event was recorded all the same, as the statement tells it.
    return found?.event ?? event;
  }

  private async refusal(row: AppendRow, status: string): Promise<Error> {
    if (row.outcome === 'unknown_status') {
      return ValidationFailed.of('status', `is not a status of the workflow ${row.workflowId}`);
    }
    if (row.outcome === 'too_far_ahead') {
      return ValidationFailed.of('occurredAt', `lies more than ${CLOCK_TOLERANCE_MINUTES} minutes ahead`);
    }
    const { transitions } = await this.workflows.get(row.workflowId);
    return new TransitionNotAllowed(row.currentStatus, status, transitions[row.currentStatus] ?? []);
  }
}

const parameters = (
  jobIds: readonly string[],
  ownerId: string,
  actorId: string,
  event: NewEvent,
): unknown[] => [
  jobIds,
  jobIds.map(() => uuidv7()),
  ownerId,
  actorId,
  event.status,
  event.note ?? null,
  event.metadata === undefined ? null : JSON.stringify(event.metadata),
  event.occurredAt ?? null,
];
