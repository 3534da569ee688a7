import { AppendStatusEventDto } from '../../job-status-events';
import { assertSalaryRange, CLOCK_TOLERANCE_MINUTES, type JobFieldsDto, type NewEvent } from '../../jobs';
import { ValidationFailed, type FieldError } from '../../platform/http';
import { DtoReader, isRecord } from './dto-reader';
import {
  ImportJobFieldsDto,
  MAX_EVENTS,
  READ_ONLY_EVENT_FIELDS,
  READ_ONLY_JOB_FIELDS,
} from './import-job.dto';
import { LineFailure } from './source-line';

/** What a line tells, by itself; whether its statuses are of its workflow is seen with the workflow at hand. */
export interface JobLine {
  line: number;
  externalRef: string | undefined;
  workflow: string | undefined;
  fields: JobFieldsDto & { title: string };
  status: string | undefined;
  /** In the order of `seq`; `undefined`: the line tells no history. */
  events: NewEvent[] | undefined;
  createdAt: string | undefined;
  /** `null`: not in the archive. */
  archivedAt: string | null | undefined;
  archiveReason: string | null | undefined;
}

const jobs = new DtoReader(ImportJobFieldsDto, READ_ONLY_JOB_FIELDS);
const events = new DtoReader(AppendStatusEventDto, READ_ONLY_EVENT_FIELDS);

/** The failure that a list of wrong fields makes. */
export const invalid = (errors: readonly FieldError[]): LineFailure =>
  new LineFailure(
    'validation_failed',
    errors
      .slice(0, 5)
      .map(({ field, message }) => `${field}: ${message}`)
      .join('; '),
  );

/**
 * Reads the value of a line by the rules of the API.
 * @param latest the latest time that may be told, ISO 8601
 */
export const readJobLine = (line: number, value: unknown, latest: string): JobLine | LineFailure => {
  if (!isRecord(value)) return invalid([{ field: 'line', message: 'must be a JSON object' }]);
  const { statusEvents, ...rest } = value;
  const job = jobs.read(rest);
  if ('errors' in job) return invalid(job.errors);
  const history = statusEvents === undefined ? { value: undefined } : readEvents(statusEvents);
  if ('errors' in history) return invalid(history.errors);
  const { name: _alias, workflow, status, createdAt, archivedAt, archiveReason, ...fields } = job.value;
  const told: JobLine = {
    line,
    externalRef: fields.externalRef ?? undefined,
    workflow,
    fields,
    status,
    events: history.value,
    createdAt,
    archivedAt,
    archiveReason,
  };
  const errors = [...salaryErrors(fields), ...timeErrors(told, latest)];
  return errors.length > 0 ? invalid(errors) : told;
};

const readEvents = (value: unknown): { value: NewEvent[] } | { errors: FieldError[] } => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_EVENTS) {
    return { errors: [{ field: 'statusEvents', message: `must be a list of 1 to ${MAX_EVENTS} events` }] };
  }
  const read: NewEvent[] = [];
  for (const [index, item] of (value as unknown[]).entries()) {
    const field = `statusEvents[${index}]`;
    if (!isRecord(item)) return { errors: [{ field, message: 'must be a JSON object' }] };
    const event = events.read(item);
    if ('errors' in event) {
      return { errors: event.errors.map((error) => ({ ...error, field: `${field}.${error.field}` })) };
    }
    read.push(event.value);
  }
  return { value: read };
};

/** What is wrong with the ends of a salary range, by the API's rule. */
export const salaryErrors = (fields: JobFieldsDto): readonly FieldError[] => {
  if (typeof fields.salaryMin !== 'number' || typeof fields.salaryMax !== 'number') return [];
  try {
    assertSalaryRange(fields);
    return [];
  } catch (error) {
    if (error instanceof ValidationFailed) return error.errors;
    throw error;
  }
};

const timeErrors = ({ createdAt, archivedAt, events: told }: JobLine, latest: string): FieldError[] => {
  const message = `lies more than ${CLOCK_TOLERANCE_MINUTES} minutes ahead`;
  // Texts of one form and length sort as the times do.
  const ahead = (time: string | null | undefined): boolean => typeof time === 'string' && time > latest;
  const event = told?.findIndex(({ occurredAt }) => ahead(occurredAt)) ?? -1;
  return [
    ...(ahead(createdAt) ? [{ field: 'createdAt', message }] : []),
    ...(ahead(archivedAt) ? [{ field: 'archivedAt', message }] : []),
    ...(event === -1 ? [] : [{ field: `statusEvents[${event}].occurredAt`, message }]),
  ];
};
