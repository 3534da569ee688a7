import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsNumber, IsUUID, Matches, Min, MinLength } from 'class-validator';
import {
  hasAtMostCharacters,
  IsStorable,
  Optional,
  OptionalBoolean,
  OptionalInteger,
  OptionalTime,
  QueryDate,
  QueryText,
  rule,
} from '../../platform/validation';
import { ROW_FIELDS } from '../job-json';
import { SORTS } from './job-sort';

/** Most items of a comma list in a query. */
const MAX_LIST_ITEMS = 50;

/** A letter or digit, so that there is a word to search. */
const HAS_WORD = /[\p{L}\p{N}+#]/u;

/** `a,b` and `x=a&x=b` are both the list a, b. */
const splitList = (value: unknown): unknown => {
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  if (!parts.every((part) => typeof part === 'string')) return value;
  return parts.flatMap((part) => part.split(',')).map((item) => item.trim());
};

const isTextList = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= MAX_LIST_ITEMS &&
  value.every((item) => typeof item === 'string' && item !== '' && hasAtMostCharacters(item, 50));

const CommaList =
  (description: string, example: string): PropertyDecorator =>
  (target, key) => {
    Transform(({ value }: { value: unknown }) => splitList(value))(target, key);
    Optional()(target, key);
    rule('commaList', `must be a comma list of 1 to ${MAX_LIST_ITEMS} words`, isTextList)(target, key);
    IsStorable({ each: true })(target, key);
    ApiProperty({ type: String, required: false, description, example })(target, key);
  };

const QueryNumber =
  (description: string, example: number): PropertyDecorator =>
  (target, key) => {
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,12}(\.\d{1,2})?$/.test(value) ? Number(value) : value,
    )(target, key);
    Optional()(target, key);
    IsNumber({ maxDecimalPlaces: 2 }, { message: 'must be a number with at most two decimals' })(target, key);
    Min(0, { message: 'must not be negative' })(target, key);
    ApiProperty({ type: Number, required: false, minimum: 0, description, example })(target, key);
  };

const Choice =
  (choices: readonly string[], description: string, fallback: string): PropertyDecorator =>
  (target, key) => {
    Optional()(target, key);
    IsIn(choices, { message: `must be one of ${choices.join(', ')}` })(target, key);
    ApiProperty({ enum: choices, required: false, default: fallback, description })(target, key);
  };

/** Which jobs: every filter of the list and of the export. Filters are joined by AND. */
export class JobFilterDto {
  @CommaList('Current status, any of; a category is accepted where it is no status.', 'applied,interview')
  status?: string[];

  @QueryText(50, 'Id of a workflow.', 'application')
  workflow?: string;

  @CommaList('Category of the current status, any of.', 'active')
  category?: string[];

  @QueryText(200, 'The whole company name, without regard to case.', 'Analytical Engines Ltd')
  company?: string;

  @QueryText(500, 'The whole location, without regard to case.', 'London, United Kingdom')
  location?: string;

  @QueryText(200, 'The whole city, without regard to case.', 'London')
  city?: string;

  @QueryText(200, 'The whole state, without regard to case.', 'England')
  state?: string;

  @QueryText(200, 'The whole job type, without regard to case.', 'full-time')
  jobType?: string;

  @QueryText(200, 'The whole industry, without regard to case.', 'Computing')
  industry?: string;

  @QueryText(200, 'The whole source, without regard to case.', 'Referral')
  source?: string;

  @CommaList('Tags that the job must all have, without regard to case.', 'remote,mathematics')
  tags?: string[];

  @OptionalTime({ description: 'Created at or after.' })
  createdFrom?: string;

  @OptionalTime({ description: 'Created before.' })
  createdTo?: string;

  @QueryDate('Deadline on or after.')
  deadlineFrom?: string;

  @QueryDate('Deadline on or before.')
  deadlineTo?: string;

  @OptionalTime({ description: 'Current status since or after.' })
  statusChangedFrom?: string;

  @OptionalTime({ description: 'Current status since before.' })
  statusChangedTo?: string;

  @QueryNumber("The job's salary range reaches at least this.", 80_000)
  salaryMin?: number;

  @QueryNumber("The job's salary range begins at most here.", 120_000)
  salaryMax?: number;

  @QueryText(
    100,
    'Words that title or company must all have; each may be the beginning of a word.',
    'software eng',
  )
  @MinLength(2, { message: 'must be at least 2 characters long' })
  @Matches(HAS_WORD, { message: 'must hold a letter or a digit' })
  q?: string;

  @Choice(['false', 'true', 'all'], 'Whether archived jobs are listed.', 'false')
  archived?: 'false' | 'true' | 'all';

  @Optional()
  @IsUUID(undefined, { message: 'must be a UUID' })
  @ApiProperty({
    type: String,
    format: 'uuid',
    required: false,
    example: '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10',
    description: "Another user's jobs; admins only.",
  })
  ownerId?: string;

  @Choice(SORTS, 'Order; `-` for descending, ties by id, jobs without a value last.', '-createdAt')
  sort?: string;
}

/** Which page of which jobs. */
export class ListJobsDto extends JobFilterDto {
  @OptionalInteger(1, 100, { description: 'Rows on the page; default 20.', example: 20 })
  limit?: number;

  @OptionalInteger(1, 100, { description: 'Another name for `limit`.', example: 20 })
  page_size?: number;

  @OptionalInteger(1, 1_000_000_000, {
    description: 'Page from 1; `page * limit` at most 10 000.',
    example: 1,
  })
  page?: number;

  @QueryText(
    4000,
    '`nextCursor` or `previousCursor` of an earlier page, same sort and filters.',
    'bx3Kk1W8TnU',
  )
  cursor?: string;

  @Choice(['auto', 'exact', 'estimated', 'none'], 'How `totalItems` is found.', 'auto')
  count?: 'auto' | 'exact' | 'estimated' | 'none';

  @CommaList('Fields of the rows.', 'id,title,currentStatus')
  @rule('rowFields', `must be of ${ROW_FIELDS.join(', ')}`, areRowFields)
  fields?: string[];

  @OptionalBoolean({ description: '`false`: all rows as a bare array, at most 10 000.', example: true })
  paginate?: boolean;
}

function areRowFields(value: unknown): boolean {
  return Array.isArray(value) && value.every((field) => (ROW_FIELDS as readonly unknown[]).includes(field));
}
