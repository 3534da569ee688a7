import { type HealthCheckResult } from '@nestjs/terminus';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class IndicatorDto {
  @ApiProperty({ enum: ['up', 'down', 'degraded'], example: 'up' })
  status: 'up' | 'down' | 'degraded';

  @ApiPropertyOptional({ type: String, example: 'Postgres does not answer.' })
  message?: string;
}

const INDICATORS = {
  type: 'object',
  additionalProperties: { $ref: '#/components/schemas/IndicatorDto' },
} as const;

const ALL_UP = { process: { status: 'up' }, database: { status: 'up' }, redis: { status: 'up' } };

/** The answer of Terminus. */
export class ReadinessDto implements Record<keyof HealthCheckResult, unknown> {
  @ApiProperty({ enum: ['ok', 'error', 'shutting_down'], example: 'ok' })
  status: 'ok' | 'error' | 'shutting_down';

  @ApiProperty({ ...INDICATORS, example: ALL_UP, description: 'What the instance can work with.' })
  info: Record<string, IndicatorDto>;

  @ApiProperty({ ...INDICATORS, example: {}, description: 'What keeps it from working.' })
  error: Record<string, IndicatorDto>;

  @ApiProperty({
    ...INDICATORS,
    example: ALL_UP,
    description: 'Both: `process`, `database`, and `redis` where it is configured.',
  })
  details: Record<string, IndicatorDto>;
}

export { IndicatorDto };
