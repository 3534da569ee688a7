import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsNumber, IsString, Matches, Max, Min } from 'class-validator';
import {
  Characters,
  hasAtMostCharacters,
  IsStorable,
  isStorable,
  Optional,
  OptionalDate,
  OptionalJson,
  OptionalOrNull,
  OptionalText,
  rule,
} from '../../platform/validation';

/** Largest salary: stays exact to the cent as a double. */
const MAX_SALARY = 1e12;

/** Largest `attributes` and `metadata`, in bytes of JSON. */
export const MAX_JSON_BYTES = 16 * 1024;

const Salary =
  (example: number): PropertyDecorator =>
  (target, key) => {
    OptionalOrNull()(target, key);
    IsNumber({ maxDecimalPlaces: 2 }, { message: 'must be a number with at most two decimals' })(target, key);
    Min(0, { message: 'must not be negative' })(target, key);
    Max(MAX_SALARY, { message: `must be at most ${MAX_SALARY}` })(target, key);
    ApiProperty({ type: Number, required: false, nullable: true, minimum: 0, maximum: MAX_SALARY, example })(
      target,
      key,
    );
  };

const isWebAddress = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\/\S+$/i.test(value) && URL.canParse(value);

/** What a job says of itself besides its title; the same rules wherever a job comes from. `null` clears a field. */
export class JobFieldsDto {
  @OptionalText(200, {
    description: "The job's id in another system; unique per owner.",
    example: 'greenhouse-4711',
  })
  externalRef?: string | null;

  @OptionalText(200, { example: 'Analytical Engines Ltd' })
  company?: string | null;

  @OptionalText(500, { example: 'London, United Kingdom' })
  location?: string | null;

  @OptionalText(200, { example: 'London' })
  city?: string | null;

  @OptionalText(200, { description: 'State, province or region.', example: 'England' })
  state?: string | null;

  @OptionalText(200, { example: 'full-time' })
  jobType?: string | null;

  @OptionalText(200, { example: 'Computing' })
  industry?: string | null;

  @OptionalText(200, { description: 'Where the job was found.', example: 'Referral' })
  source?: string | null;

  @OptionalText(2048, {
    description: 'Web address of the posting, http or https.',
    example: 'https://example.com/jobs/1',
  })
  @rule('isWebAddress', 'must be an http or https address', isWebAddress)
  url?: string | null;

  @OptionalText(10_000, { example: 'Programs for the Analytical Engine.' })
  description?: string | null;

  @OptionalText(10_000, { example: 'Ask Charles about the mill.' })
  notes?: string | null;

  @Salary(90_000)
  salaryMin?: number | null;

  @Salary(120_000)
  salaryMax?: number | null;

  @Transform(({ value }: { value: unknown }) => (value === '' ? null : value))
  @OptionalOrNull()
  @IsString({ message: 'must be a text' })
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code such as EUR' })
  @ApiProperty({ type: String, required: false, nullable: true, pattern: '^[A-Z]{3}$', example: 'GBP' })
  salaryCurrency?: string | null;

  @OptionalDate({ description: 'Last day to apply.' })
  deadline?: string | null;

  @Transform(({ value }: { value: unknown }) => (value === null ? [] : value))
  @Optional()
  @IsArray({ message: 'must be a list of texts' })
  @ArrayMaxSize(50, { message: 'must hold at most 50 tags' })
  @IsString({ each: true, message: 'must hold texts only' })
  @rule('tagLengths', 'must hold tags of at most 50 characters', areShortEnough)
  @Matches(/\S/, { each: true, message: 'must not hold blank tags' })
  @rule('tagsStorable', 'must not hold NUL characters or lone surrogates', areStorable)
  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 50 },
    maxItems: 50,
    required: false,
    nullable: true,
    example: ['remote', 'mathematics'],
  })
  tags?: string[];

  @OptionalJson(MAX_JSON_BYTES, {
    description: 'Whatever else belongs to the job; at most 16 KB of JSON, 32 deep.',
    example: { processors: 128 },
  })
  attributes?: Record<string, unknown>;
}

function areStorable(value: unknown): boolean {
  return !Array.isArray(value) || value.every((tag) => typeof tag !== 'string' || isStorable(tag));
}

function areShortEnough(value: unknown): boolean {
  return (
    !Array.isArray(value) || value.every((tag) => typeof tag === 'string' && hasAtMostCharacters(tag, 50))
  );
}

/** The name of a status, as far as its form goes; whether a workflow has it is checked with the workflow at hand. */
export const StatusKey =
  (required: boolean, description: string): PropertyDecorator =>
  (target, key) => {
    if (!required) Optional()(target, key);
    IsString({ message: 'must be the key of a status' })(target, key);
    Characters(0, 50)(target, key);
    IsStorable()(target, key);
    ApiProperty({ type: String, required, maxLength: 50, example: 'applied', description })(target, key);
  };
