import {
  changedFields,
  TransitionNotAllowed,
  type ExistingJob,
  type JobMerge,
  type NewEvent,
  type NewJob,
} from '../../jobs';
import { type WorkflowDto } from '../../workflows';
import { invalid, salaryErrors, type JobLine } from './job-line';
import { LineFailure } from './source-line';

/** The workflow of a line that names none. */
const DEFAULT_WORKFLOW = 'application';

/** All workflows by id. */
export type Workflows = ReadonlyMap<string, WorkflowDto>;

/** The job that a line makes where its `externalRef` is free. */
export const newJob = (line: JobLine, workflows: Workflows): NewJob | LineFailure => {
  const workflow = workflows.get(line.workflow ?? DEFAULT_WORKFLOW);
  if (workflow === undefined)
    return invalid([{ field: 'workflow', message: 'is not a workflow (GET /api/workflows lists them)' }]);
  const events = line.events ?? [
    { status: line.status ?? workflow.initialStatus, occurredAt: line.createdAt },
  ];
  const archivedAt = line.archivedAt ?? null;
  const archiveReason = line.archiveReason ?? null;
  const failure = unknownStatus(events, workflow) ?? reasonWithoutArchive(archivedAt, archiveReason);
  if (failure !== undefined) return failure;
  const { fields, createdAt } = line;
  return { workflow: workflow.id, fields, events, createdAt, archivedAt, archiveReason };
};

/** What a line makes of the job that has its `externalRef`; `undefined`: it is so already. */
export const mergePlan = (
  line: JobLine,
  job: ExistingJob,
  workflows: Workflows,
): JobMerge | LineFailure | undefined => {
  const workflow = workflows.get(job.workflow);
  if (workflow === undefined || (line.workflow !== undefined && line.workflow !== job.workflow)) {
    return invalid([{ field: 'workflow', message: `is ${job.workflow} and cannot be changed` }]);
  }
  const events =
    line.events === undefined ? statusChange(line, job, workflow) : missingEvents(line.events, job);
  if (events instanceof LineFailure) return events;
  const changes = changedFields(job, line.fields);
  const archive = archiveAfter(line, job);
  const fields = { ...job, ...changes };
  const failure =
    salaryFailure(fields) ??
    unknownStatus(line.events ?? events, workflow) ??
    reasonWithoutArchive(archive.archivedAt, archive.archiveReason);
  if (failure !== undefined) return failure;
  const changed = Object.keys({ ...changes, ...changedFields(job, archive) }).length + events.length > 0;
  return changed ? { id: job.id, fields, ...archive, events } : undefined;
};

const salaryFailure = (fields: JobMerge['fields']): LineFailure | undefined => {
  const errors = salaryErrors(fields);
  return errors.length > 0 ? invalid(errors) : undefined;
};

const archiveAfter = (
  { archivedAt: told, archiveReason }: JobLine,
  job: ExistingJob,
): Pick<JobMerge, 'archivedAt' | 'archiveReason'> => {
  const archivedAt = told === undefined ? job.archivedAt : told;
  const kept = archivedAt === null ? null : job.archiveReason;
  return { archivedAt, archiveReason: archiveReason === undefined ? kept : archiveReason };
};

/** Events that the job lacks: none with the same status at the same time. One without a time is always new. */
const missingEvents = (told: readonly NewEvent[], job: ExistingJob): NewEvent[] => {
  const known = new Set(job.events.map(([status, occurredAt]) => `${status} ${occurredAt}`));
  return told.filter(
    ({ status, occurredAt }) => occurredAt === undefined || !known.has(`${status} ${occurredAt}`),
  );
};

/** A `status` without a history is a change of status now, under the workflow's rule. */
const statusChange = (
  { status }: JobLine,
  job: ExistingJob,
  workflow: WorkflowDto,
): NewEvent[] | LineFailure => {
  if (status === undefined || status === job.currentStatus) return [];
  const allowed = workflow.transitions[job.currentStatus] ?? [];
  const known = workflow.statuses.some(({ key }) => key === status);
  if (!known || allowed.includes(status)) return [{ status }];
  return new LineFailure(
    'transition_not_allowed',
    new TransitionNotAllowed(job.currentStatus, status, allowed).message,
  );
};

const unknownStatus = (events: readonly NewEvent[], workflow: WorkflowDto): LineFailure | undefined => {
  const wrong = events.find(({ status }) => !workflow.statuses.some(({ key }) => key === status));
  if (wrong === undefined) return undefined;
  const message = `${JSON.stringify(wrong.status)} is not a status of the workflow ${workflow.id}`;
  return invalid([{ field: 'status', message }]);
};

const reasonWithoutArchive = (archivedAt: string | null, reason: string | null): LineFailure | undefined =>
  archivedAt === null && reason !== null
    ? invalid([{ field: 'archiveReason', message: 'goes with archivedAt' }])
    : undefined;
