import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { JobFilterDto } from '../../jobs';
import { Optional, OptionalBoolean } from '../../platform/validation';

const FORMATS = ['csv', 'ndjson'] as const;

/** What an export is written in. */
export type ExportFormat = (typeof FORMATS)[number];

/** Which jobs are exported, and how. */
export class ExportQueryDto extends JobFilterDto {
  @Optional()
  @IsIn(FORMATS, { message: `must be one of ${FORMATS.join(', ')}` })
  @ApiProperty({ enum: FORMATS, required: false, default: 'ndjson', description: 'What it is written in.' })
  format?: ExportFormat;

  @OptionalBoolean({ description: '`true`: with the histories; NDJSON only.', example: true })
  events?: boolean;
}
