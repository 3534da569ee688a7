import { ApiProperty } from '@nestjs/swagger';

/** Schemas of figures, as documented. */
export const PERCENT = { type: 'number', minimum: 0, maximum: 100 } as const;
export const COUNT = { type: 'integer', minimum: 0 } as const;
export const BYTES = COUNT;
export const MILLISECONDS = { type: 'number', minimum: 0 } as const;

/** Connections of the pool to Postgres. */
export class PoolUsageDto {
  @ApiProperty({ ...PERCENT, example: 15 })
  percent: number;

  @ApiProperty({ ...COUNT, example: 3 })
  used: number;

  @ApiProperty({ ...COUNT, example: 2 })
  idle: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Requests that wait for a connection.' })
  waiting: number;

  @ApiProperty({ ...COUNT, example: 20, description: '`DB_MAX_CONNECTIONS`.' })
  max: number;
}
