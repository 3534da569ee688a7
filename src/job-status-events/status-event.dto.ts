import { ApiProperty } from '@nestjs/swagger';
import { JobDto, MAX_JSON_BYTES, StatusKey } from '../jobs';
import { PaginationDto } from '../platform/pagination';
import {
  OptionalInteger,
  OptionalJson,
  OptionalNonBlankText,
  OptionalText,
  OptionalTime,
} from '../platform/validation';
import { STATUS_CATEGORIES, type StatusCategory } from '../workflows';

/** A status event to be. */
export class AppendStatusEventDto {
  @StatusKey(true, "A status of the job's workflow.")
  status: string;

  @OptionalText(2000, { example: 'Second interview with the team' })
  note?: string | null;

  @OptionalJson(MAX_JSON_BYTES, {
    description: 'Whatever else belongs to the event; at most 16 KB of JSON, 32 deep.',
    example: { room: 'B12' },
  })
  metadata?: Record<string, unknown>;

  @OptionalTime({
    description:
      'When it happened; by default now. May lie in the past, where it takes its place in the history. Up to 5 ' +
      'minutes ahead is taken as now, further is refused.',
  })
  occurredAt?: string;
}

/** A status event, as answered. */
export class StatusEventDto {
  @ApiProperty({ format: 'uuid', example: '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c12' })
  id: string;

  @ApiProperty({ format: 'uuid', example: '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11' })
  jobId: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    example: 2,
    description: 'Order of recording within the job, gapless.',
  })
  seq: number;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'applied',
    description: 'The status before it in history order; derived, so a later backdated event may change it.',
  })
  fromStatus: string | null;

  @ApiProperty({ example: 'interview' })
  status: string;

  @ApiProperty({ enum: STATUS_CATEGORIES, enumName: 'StatusCategory', example: 'active' })
  category: StatusCategory;

  @ApiProperty({ type: String, nullable: true, example: 'Second interview with the team' })
  note: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { room: 'B12' } })
  metadata: Record<string, unknown>;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-12T09:30:00.000Z' })
  occurredAt: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-12T09:31:07.120Z' })
  recordedAt: string;

  @ApiProperty({
    format: 'uuid',
    example: '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10',
    description: 'Who recorded it.',
  })
  actorId: string;
}

/** The event that was appended, and the job after it. */
export class AppendedDto {
  @ApiProperty({ type: StatusEventDto })
  event: StatusEventDto;

  @ApiProperty({ type: JobDto })
  job: JobDto;
}

/** Which part of a history. */
export class HistoryQueryDto {
  @OptionalInteger(1, 100, { description: 'Events on the page; default 20.', example: 20 })
  limit?: number;

  @OptionalInteger(1, 100, { description: 'Another name for `limit`.', example: 20 })
  page_size?: number;

  @OptionalNonBlankText(4000, {
    description: '`nextCursor` or `previousCursor` of an earlier page.',
    example: 'bx3Kk1W8TnU',
  })
  cursor?: string;
}

/** A page of a history. */
export class HistoryPageDto {
  @ApiProperty({ type: [StatusEventDto] })
  data: StatusEventDto[];

  @ApiProperty({ type: PaginationDto })
  pagination: PaginationDto;
}
