import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { AppendStatusEventDto } from '../../job-status-events';
import { CreateJobDto } from '../../jobs';
import { OptionalOrNull, OptionalText, OptionalTime, parseTime, rule } from '../../platform/validation';

/** Most status events of one line. */
export const MAX_EVENTS = 1_000_000;

/** What a line may say of a job besides its history: the rules of creating one, and its past. */
export class ImportJobFieldsDto extends CreateJobDto {
  @OptionalTime({
    description:
      "When the job was created; by default the earliest event's time, else now. For new jobs only.",
  })
  createdAt?: string;

  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (parseTime(value) ?? value) : value,
  )
  @OptionalOrNull()
  @rule(
    'isTime',
    'must be an ISO 8601 time such as 2026-01-31T09:30:00.000Z',
    (value) => typeof value === 'string' && parseTime(value) !== undefined,
  )
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    nullable: true,
    example: null,
    description: 'Since when the job is in the archive.',
  })
  archivedAt?: string | null;

  @OptionalText(2000, { description: 'Goes with `archivedAt`.', example: null })
  archiveReason?: string | null;
}

/** A line of an import, as documented. */
export class ImportJobDto extends ImportJobFieldsDto {
  @ApiProperty({
    type: [AppendStatusEventDto],
    required: false,
    minItems: 1,
    maxItems: MAX_EVENTS,
    description:
      'The history, in the order of `seq`. Without it the job gets one event: `status` at `createdAt`. ' +
      'Transition rules do not bind a history.',
  })
  statusEvents?: AppendStatusEventDto[];
}

/** Fields of an exported job that an import passes over. */
export const READ_ONLY_JOB_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'ownerId',
  'currentStatus',
  'currentStatusCategory',
  'currentStatusAt',
  'version',
  'updatedAt',
]);

/** Fields of an exported event that an import passes over. */
export const READ_ONLY_EVENT_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'jobId',
  'seq',
  'fromStatus',
  'category',
  'recordedAt',
  'actorId',
]);
