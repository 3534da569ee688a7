import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { PaginationDto } from '../../platform/pagination';
import { STATUS_CATEGORIES, type StatusCategory } from '../../workflows';

const text = (example: string | null = null) => ({ type: String, nullable: true, example });
const time = (example: string) => ({ type: String, format: 'date-time', example });

/** A job, as answered. */
export class JobDto {
  @ApiProperty({ format: 'uuid', example: '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11' })
  id: string;

  @ApiProperty({ format: 'uuid', example: '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10' })
  ownerId: string;

  @ApiProperty({ example: 'application' })
  workflow: string;

  @ApiProperty(text('greenhouse-4711'))
  externalRef: string | null;

  @ApiProperty({ example: 'Programmer' })
  title: string;

  @ApiProperty(text('Analytical Engines Ltd'))
  company: string | null;

  @ApiProperty(text('London, United Kingdom'))
  location: string | null;

  @ApiProperty(text('London'))
  city: string | null;

  @ApiProperty(text('England'))
  state: string | null;

  @ApiProperty(text('full-time'))
  jobType: string | null;

  @ApiProperty(text('Computing'))
  industry: string | null;

  @ApiProperty(text('Referral'))
  source: string | null;

  @ApiProperty(text('https://example.com/jobs/1'))
  url: string | null;

  @ApiProperty(text('Programs for the Analytical Engine.'))
  description: string | null;

  @ApiProperty(text())
  notes: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 90_000 })
  salaryMin: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 120_000 })
  salaryMax: number | null;

  @ApiProperty(text('GBP'))
  salaryCurrency: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true, example: '2026-01-31' })
  deadline: string | null;

  @ApiProperty({ type: [String], example: ['remote', 'mathematics'] })
  tags: string[];

  @ApiProperty({ type: 'object', additionalProperties: true, example: { processors: 128 } })
  attributes: Record<string, unknown>;

  @ApiProperty({ example: 'applied', description: 'Status of the newest event by `(occurredAt, seq)`.' })
  currentStatus: string;

  @ApiProperty({ enum: STATUS_CATEGORIES, enumName: 'StatusCategory', example: 'active' })
  currentStatusCategory: StatusCategory;

  @ApiProperty(time('2026-01-12T09:30:00.000Z'))
  currentStatusAt: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    example: 2,
    description: 'Counts the accepted changes; the `ETag`.',
  })
  version: number;

  @ApiProperty(time('2026-01-10T08:00:00.000Z'))
  createdAt: string;

  @ApiProperty(time('2026-01-12T09:30:00.000Z'))
  updatedAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  archivedAt: string | null;

  @ApiProperty(text())
  archiveReason: string | null;
}

/** A row of the list: a job without its long texts. */
export class JobRowDto extends OmitType(JobDto, ['description', 'notes', 'attributes'] as const) {}

/** A row of the list where `fields` names some of its fields. */
export class JobRowPartDto extends PartialType(JobRowDto) {}

/** A page of the list where `fields` names some fields of the rows. */
export class JobPartsPageDto {
  @ApiProperty({ type: [JobRowPartDto] })
  data: JobRowPartDto[];

  @ApiProperty({ type: PaginationDto })
  pagination: PaginationDto;
}

/** A page of the list. */
export class JobPageDto {
  @ApiProperty({ type: [JobRowDto] })
  data: JobRowDto[];

  @ApiProperty({ type: PaginationDto })
  pagination: PaginationDto;
}

/** Some jobs, without pages. */
export class JobListDto {
  @ApiProperty({ type: [JobRowDto] })
  data: JobRowDto[];
}
