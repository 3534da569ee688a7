import { ApiProperty } from '@nestjs/swagger';

const count = (example: number, description: string) => ({
  type: 'integer' as const,
  minimum: 0,
  example,
  description,
});

/** A line that was not imported. */
export class LineErrorDto {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    example: 7,
    description: 'Physical line where it starts, from 1.',
  })
  line: number;

  @ApiProperty({
    enum: [
      'malformed_json',
      'malformed_csv',
      'invalid_utf8',
      'line_too_long',
      'validation_failed',
      'already_exists',
      'transition_not_allowed',
      'internal_error',
    ],
    example: 'validation_failed',
  })
  code: string;

  @ApiProperty({ example: 'title: must not be blank' })
  message: string;
}

/** What became of an import. Every line that is not blank is in exactly one of the four counts. */
export class ImportReportDto {
  @ApiProperty(count(1280, 'Lines that became new jobs.'))
  created: number;

  @ApiProperty(count(0, 'Lines that changed a job; only with `onConflict=update`.'))
  updated: number;

  @ApiProperty(
    count(
      7,
      'Lines whose `externalRef` exists: passed over (`onConflict=skip`), or nothing to change (`update`).',
    ),
  )
  skipped: number;

  @ApiProperty(count(1, 'Lines that were not imported.'))
  failed: number;

  @ApiProperty({ type: [LineErrorDto], maxItems: 100, description: 'The first 100 failures, by line.' })
  errors: LineErrorDto[];
}
