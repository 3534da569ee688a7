import { ApiProperty } from '@nestjs/swagger';
import { EXPORT_STATES, type Export, type ExportState } from '../export.entity';

const EXAMPLE = '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c21';

/** How far an export has come, as answered. */
export class ExportDto {
  @ApiProperty({ format: 'uuid', example: EXAMPLE })
  id: string;

  @ApiProperty({
    enum: EXPORT_STATES,
    enumName: 'ExportState',
    example: 'done',
    description: '`queued` again after a failure that may pass; `failed` for good.',
  })
  state: ExportState;

  @ApiProperty({ type: 'integer', minimum: 0, example: 1288, description: 'Jobs written so far.' })
  rows: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    example: 1288,
    description: 'Jobs that the file will have; `null` while that is not known.',
  })
  totalRows: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: `/api/exports/${EXAMPLE}/file`,
    description: 'Where the file is, for the same access token; `null` until it is done.',
  })
  downloadUrl: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-02-07T09:30:00.000Z',
    description:
      'When it is deleted with its file: 7 days after it was done, and until then after it was asked for. ' +
      'Earlier where newer files of its owner take its place.',
  })
  expiresAt: string;
}

/** An export as it is answered. */
export const exportDto = ({ id, state, rows, totalRows, expiresAt }: ExportStanding): ExportDto => ({
  id,
  state,
  rows,
  totalRows,
  downloadUrl: state === 'done' ? `/api/exports/${id}/file` : null,
  expiresAt: expiresAt.toISOString(),
});

/** What the answer is made of. */
export type ExportStanding = Pick<Export, 'id' | 'state' | 'rows' | 'totalRows' | 'expiresAt'>;
