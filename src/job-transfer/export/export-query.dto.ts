import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { JobFilterDto } from '../../jobs';
import { Optional, OptionalBoolean } from '../../platform/validation';

/** Every format of an export. */
export const EXPORT_FORMATS = ['csv', 'ndjson'] as const;

/** What an export is written in. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Which jobs are exported, and how. */
export class ExportQueryDto extends JobFilterDto {
  @Optional()
  @IsIn(EXPORT_FORMATS, { message: `must be one of ${EXPORT_FORMATS.join(', ')}` })
  @ApiProperty({
    enum: EXPORT_FORMATS,
    required: false,
    default: 'ndjson',
    description: 'What it is written in.',
  })
  format?: ExportFormat;

  @OptionalBoolean({ description: '`true`: with the histories; NDJSON only.', example: true })
  events?: boolean;
}
