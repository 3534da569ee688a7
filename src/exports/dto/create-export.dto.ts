import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn } from 'class-validator';
import { EXPORT_FORMATS, type ExportFormat } from '../../job-transfer';
import { JobFilterDto } from '../../jobs';
import { Optional, OptionalBoolean, rule } from '../../platform/validation';

/** An export to be. */
export class CreateExportDto {
  @IsIn(EXPORT_FORMATS, { message: `must be one of ${EXPORT_FORMATS.join(', ')}` })
  @ApiProperty({ enum: EXPORT_FORMATS, description: 'What it is written in.', example: 'ndjson' })
  format: ExportFormat;

  // As sent, for `filtersOf`: it refuses names that class-transformer passes over.
  @Type(() => Boolean)
  @Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key])
  @Optional()
  @rule('isObject', 'must be an object', isPlainObject)
  @ApiProperty({
    type: () => JobFilterDto,
    required: false,
    description: 'The filters and the sort of the list, by their names and with their values. Default: none.',
  })
  filters?: Record<string, unknown>;

  @OptionalBoolean({ description: '`true`: with the histories; NDJSON only.', example: true })
  events?: boolean;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
