import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString } from 'class-validator';
import { Characters, IsStorable, Optional, OptionalInteger } from '../platform/validation';

/** Most characters of a tag, and so of what one begins with. */
const MAX_PREFIX = 50;

/** Which of the caller's tags. */
export class ListSkillsDto {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @Optional()
  @IsString({ message: 'must be given once, as a text' })
  @Characters(0, MAX_PREFIX)
  @IsStorable()
  @ApiProperty({
    type: String,
    required: false,
    maxLength: MAX_PREFIX,
    description:
      'What the tag begins with, without regard to case and to white space around it; every character stands for ' +
      'itself. Empty: all tags.',
    example: 'rem',
  })
  prefix?: string;

  @OptionalInteger(1, 100, { description: 'Most skills; default 20.', example: 20 })
  limit?: number;
}

/** A tag and how many jobs carry it. */
export class SkillDto {
  @ApiProperty({ description: 'The tag in the spelling that most of the jobs have.', example: 'remote' })
  name: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'How many of the jobs carry it, in any spelling; an estimate where `approximate` says so.',
    example: 42,
  })
  count: number;
}

/** The answer to a question for skills. */
export class SkillListDto {
  @ApiProperty({ type: [SkillDto], description: 'Most jobs first, ties by name.' })
  data: SkillDto[];

  @ApiProperty({
    description:
      'Whether the counts are estimates from a sample (more than 10 000 jobs), or only the 2 000 most frequent tags were looked at.',
    example: false,
  })
  approximate: boolean;
}
