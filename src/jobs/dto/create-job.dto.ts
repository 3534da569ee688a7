import { ApiProperty } from '@nestjs/swagger';
import { Expose, Transform } from 'class-transformer';
import { IsString, Matches } from 'class-validator';
import {
  Characters,
  IsStorable,
  Optional,
  OptionalNonBlankText,
  RequiredText,
} from '../../platform/validation';
import { JobFieldsDto, StatusKey } from './job-fields.dto';

/** A new job. */
export class CreateJobDto extends JobFieldsDto {
  @Expose()
  @Transform(({ value, obj }: { value: unknown; obj: { name?: unknown } }) => value ?? obj.name)
  @RequiredText(200, {
    example: 'Programmer',
    description: 'What the job is called; `name` is accepted for it.',
  })
  title: string;

  @Optional()
  @IsString({ message: 'must be a text' })
  @Characters(0, 200)
  @IsStorable()
  @ApiProperty({
    type: String,
    required: false,
    maxLength: 200,
    description: 'Another name for `title`.',
    example: 'Programmer',
  })
  name?: string;

  @Optional()
  @IsString({ message: 'must be the id of a workflow' })
  @Matches(/^\S{1,50}$/, { message: 'must be the id of a workflow' })
  @IsStorable()
  @ApiProperty({ type: String, required: false, default: 'application', example: 'application' })
  workflow?: string;

  @StatusKey(false, "The first status; by default the workflow's initial one.")
  status?: string;
}

/** Changes of a job: what is left out stays, `null` clears. */
export class UpdateJobDto extends JobFieldsDto {
  @OptionalNonBlankText(200, { example: 'Senior programmer' })
  title?: string;

  @StatusKey(false, 'Appends a status event when it differs from the current status.')
  status?: string;
}
