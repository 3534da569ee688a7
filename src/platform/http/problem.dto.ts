import { ApiProperty } from '@nestjs/swagger';

/** One wrong field, as documented. */
export class FieldErrorDto {
  @ApiProperty({ type: String, description: 'Path of the field.', example: 'tags[3]' })
  field!: string;

  @ApiProperty({ type: String, description: 'What is wrong with it.', example: 'must not be blank' })
  message!: string;
}

/** The document of every error (RFC 9457), as documented; `problemDocument` makes it. */
export class ProblemDto {
  @ApiProperty({
    type: String,
    description: 'Always `about:blank`: `code` is the stable name.',
    example: 'about:blank',
  })
  type!: string;

  @ApiProperty({ type: String, description: 'The name of the HTTP status.', example: 'Bad Request' })
  title!: string;

  @ApiProperty({ type: Number, description: 'The HTTP status.', example: 400 })
  status!: number;

  @ApiProperty({
    type: String,
    description: 'What happened, for people.',
    example: 'title: must not be blank',
  })
  detail!: string;

  @ApiProperty({ type: String, description: 'Path of the request.', example: '/api/jobs' })
  instance!: string;

  @ApiProperty({ type: String, description: 'Stable name of the error.', example: 'validation_failed' })
  code!: string;

  @ApiProperty({
    type: String,
    description: 'The `X-Request-Id` of the answer, to be found in the log.',
    example: '5b0d7c1e-0f0c-4d0e-9f39-4b6a3c0f8a11',
  })
  requestId!: string;

  @ApiProperty({
    type: [FieldErrorDto],
    required: false,
    description: 'With `validation_failed`: every wrong field.',
  })
  errors?: FieldErrorDto[];

  @ApiProperty({
    type: [String],
    required: false,
    description: 'With `transition_not_allowed`: the statuses that may follow.',
    example: ['submitted', 'withdrawn'],
  })
  allowed?: string[];

  @ApiProperty({
    type: Number,
    required: false,
    description: 'With `version_conflict`: the version to compare with.',
    example: 8,
  })
  currentVersion?: number;
}
