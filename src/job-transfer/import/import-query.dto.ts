import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Optional, OptionalBoolean } from '../../platform/validation';

const ON_CONFLICT = ['error', 'skip', 'update'] as const;

/** What becomes of a line whose `externalRef` exists. */
export type OnConflict = (typeof ON_CONFLICT)[number];

/** How an import goes. */
export class ImportQueryDto {
  @OptionalBoolean({
    description: '`true`: check every line and tell what would happen, but write nothing.',
    example: true,
  })
  dryRun?: boolean;

  @Optional()
  @IsIn(ON_CONFLICT, { message: `must be one of ${ON_CONFLICT.join(', ')}` })
  @ApiProperty({
    enum: ON_CONFLICT,
    required: false,
    default: 'error',
    description:
      'A line whose `externalRef` the caller has given to a job already: `error` fails it, `skip` passes over ' +
      'it, `update` changes the fields that the line gives and appends the events that the job lacks.',
  })
  onConflict?: OnConflict;
}
