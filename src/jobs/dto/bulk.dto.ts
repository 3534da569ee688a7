import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsUUID } from 'class-validator';
import { OptionalText, rule, isDate } from '../../platform/validation';
import { StatusKey } from './job-fields.dto';

/** Most jobs of one bulk change. */
export const MAX_BULK_IDS = 500;

/** Which jobs a bulk change is about. */
class BulkDto {
  @IsArray({ message: 'must be a list of ids' })
  @ArrayMinSize(1, { message: 'must name at least one job' })
  @ArrayMaxSize(MAX_BULK_IDS, { message: `must name at most ${MAX_BULK_IDS} jobs` })
  @IsUUID(undefined, { each: true, message: 'must hold UUIDs only' })
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: MAX_BULK_IDS,
    example: ['0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11'],
    description: 'A repeated id counts once.',
  })
  ids: string[];
}

/** The same status event for many jobs. */
export class BulkStatusDto extends BulkDto {
  @StatusKey(true, 'The status to append.')
  status: string;

  @OptionalText(2000, { description: 'A note for every event.', example: 'Season closed' })
  note?: string | null;
}

/** The same deadline for many jobs. */
export class BulkDeadlineDto extends BulkDto {
  @rule('isDateOrNull', 'must be a date such as 2026-01-31, or null', isDateOrNull)
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    example: '2026-01-31',
    description: '`null` clears it.',
  })
  deadline: string | null;
}

/** Many jobs for the archive. */
export class BulkArchiveDto extends BulkDto {
  @OptionalText(2000, { example: 'Season closed' })
  reason?: string | null;
}

/** Why a job goes to the archive. */
export class ArchiveJobDto {
  @OptionalText(2000, { example: 'Position filled' })
  reason?: string | null;
}

/** What became of one job. */
export class BulkResultDto {
  @ApiProperty({ format: 'uuid', example: '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11' })
  id: string;

  @ApiProperty({ enum: ['updated', 'unchanged', 'failed'], example: 'updated' })
  outcome: 'updated' | 'unchanged' | 'failed';

  @ApiProperty({
    type: String,
    required: false,
    example: 'not_found',
    description: 'Of a failure: `not_found`, `transition_not_allowed` or `validation_failed`.',
  })
  code?: string;
}

/** What became of a bulk change. */
export class BulkAnswerDto {
  @ApiProperty({ type: 'integer', example: 1, description: 'Jobs that were changed.' })
  updated: number;

  @ApiProperty({ type: [BulkResultDto] })
  results: BulkResultDto[];
}

function isDateOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'string' && isDate(value));
}
