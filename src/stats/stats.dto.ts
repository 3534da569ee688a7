import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { STATUS_CATEGORIES, type StatusCategory } from '../workflows';

const number = (description: string, example: number) => ({ type: Number, description, example });
const orNull = (description: string, example: number) => ({
  ...number(description, example),
  nullable: true,
});
const count = (description: string, example: number): ApiPropertyOptions => ({
  type: 'integer',
  minimum: 0,
  description,
  example,
});

/** How many jobs there are. */
export class StatsTotalsDto {
  @ApiProperty(count('Number of jobs counted, archived ones included.', 42))
  all: number;

  @ApiProperty(count('Of which archived.', 3))
  archived: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description:
      'Number of jobs by current status; a status that no job is in is left out. Equal keys of several workflows add up.',
    example: { wishlist: 10, applied: 25, rejected: 7 },
  })
  byStatus: Record<string, number>;

  @ApiProperty({
    type: 'object',
    properties: Object.fromEntries(STATUS_CATEGORIES.map((name) => [name, { type: 'integer' as const }])),
    required: [...STATUS_CATEGORIES],
    description: 'Number of jobs by the category of their current status.',
    example: { todo: 10, active: 25, success: 0, failure: 7, dropped: 0 },
  })
  byCategory: Record<StatusCategory, number>;
}

/** Jobs created in a month. */
export class CreatedInMonthDto {
  @ApiProperty({ description: 'A month of the time zone.', example: '2026-01' })
  month: string;

  @ApiProperty(count('Jobs whose `createdAt` lies in it.', 12))
  count: number;
}

/** How deadlines are kept. */
export class StatsDeadlinesDto {
  @ApiProperty(
    count(
      'Not met yet, not archived, to do or under way, and the deadline is today or later in the time zone.',
      4,
    ),
  )
  upcoming: number;

  @ApiProperty(count('As `upcoming`, but the deadline has passed.', 1))
  overdue: number;

  @ApiProperty(count('Jobs that met their deadline: the day on which they first did is not after it.', 9))
  met: number;

  @ApiProperty(count('Jobs that did it too late: the day on which they first did is after the deadline.', 2))
  missed: number;

  @ApiProperty(orNull('`met / (met + missed + overdue)`, from 0 to 1; `null` when none of them is.', 0.75))
  adherence: number | null;
}

/** How long offers took. */
export class TimeToOfferDto {
  @ApiProperty(count('Jobs with an offer whose first application came before it.', 5))
  count: number;

  @ApiProperty(orNull('Sum of the times by `count`, in seconds.', 1_814_400))
  average: number | null;

  @ApiProperty(orNull('The middle one, or the mean of the two in the middle, in seconds.', 1_728_000))
  median: number | null;

  @ApiProperty({
    enum: ['exact', 'estimated'],
    description: '`estimated`: from a histogram, within 1 %, where there are more than 1000 offers.',
    example: 'exact',
  })
  medianMode: 'exact' | 'estimated';

  @ApiProperty(orNull('The shortest, in seconds.', 604_800))
  min: number | null;

  @ApiProperty(orNull('The longest, in seconds.', 3_024_000))
  max: number | null;
}

/** A company and its jobs. */
export class TopCompanyDto {
  @ApiProperty({
    description: 'Its name as the newest of its jobs spells it.',
    example: 'Analytical Engines Ltd',
  })
  company: string;

  @ApiProperty(count('Jobs there; names are compared without regard to case.', 6))
  count: number;
}

const EXAMPLE_MONTHS: CreatedInMonthDto[] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1].map((month) => ({
  month: `${month === 1 ? 2026 : 2025}-${String(month).padStart(2, '0')}`,
  count: month,
}));

/** The statistics of a user's jobs. */
export class StatsDto {
  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When the figures were true, by the clock of the database.',
    example: '2026-01-31T09:30:00.000Z',
  })
  asOf: string;

  @ApiProperty({ type: StatsTotalsDto })
  totals: StatsTotalsDto;

  @ApiProperty(
    orNull(
      'Jobs that were ever answered / jobs that were ever applied for, from 0 to 1; `null` when none was. Applied for: ' +
        'an event of applied, ghosted, submitted, or one that implies it. Answered: an event of phone_screen, interview, ' +
        'rejected, declined, shortlisted, offer or accepted. Workflows `posting` and `execution` know neither.',
      0.4,
    ),
  )
  responseRate: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description:
      'By status: sum of the stays in it / their number, in seconds. A stay begins with an event and ends with the next ' +
      'in the order of the history, so a job that goes back has several. The stay that goes on counts up to `asOf` for ' +
      'jobs to do or under way that are not archived; for others it does not count. Statuses without a stay are left out.',
    example: { wishlist: 86_400, applied: 604_800.5 },
  })
  averageTimeInStatusSeconds: Record<string, number>;

  @ApiProperty({
    type: [CreatedInMonthDto],
    minItems: 12,
    maxItems: 12,
    description:
      'The twelve months up to the current one, or up to that of `to` if it is earlier; oldest first.',
    example: EXAMPLE_MONTHS,
  })
  createdPerMonth: CreatedInMonthDto[];

  @ApiProperty({
    type: StatsDeadlinesDto,
    description:
      'Of jobs with a deadline. One is met by the first event of a status that the workflow has a deadline for: of an ' +
      'application or a proposal any by which it was applied for, of a posting filled, of an execution completed. The ' +
      'day is that of the time zone. Jobs that ended or were archived without it are in none of the four.',
  })
  deadlines: StatsDeadlinesDto;

  @ApiProperty({
    type: TimeToOfferDto,
    description:
      'From the first event by which a job was applied for to its first offer (offer or accepted), of jobs where the ' +
      'first lies before the second.',
  })
  timeToOffer: TimeToOfferDto;

  @ApiProperty({
    type: [TopCompanyDto],
    maxItems: 10,
    description: 'The ten companies with the most jobs; equal ones by name.',
  })
  topCompanies: TopCompanyDto[];
}
