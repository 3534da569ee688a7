import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { BYTES, COUNT, PERCENT, PoolUsageDto } from '../platform/vitals';
import { type Alert, type Level } from './thresholds';

/** Whether the process answers. */
export class LivenessDto {
  @ApiProperty({ enum: ['ok'], example: 'ok', description: 'Always `ok`.' })
  status: 'ok';
}

class CpuDto {
  @ApiProperty({
    ...PERCENT,
    example: 12.5,
    description: 'Used of what the process may use, over ten seconds.',
  })
  percent: number;

  @ApiProperty({
    ...PERCENT,
    example: 17.2,
    description:
      'Part of the time that the event loop was at work, over ten seconds: requests run on its thread alone. The alert ' +
      'for `cpu` goes by the greater of the two.',
  })
  eventLoopPercent: number;

  @ApiProperty({
    type: 'number',
    example: 2,
    description: "CPUs it may use: the container's quota, else all.",
  })
  cpus: number;
}

class MemoryDto {
  @ApiProperty({ ...PERCENT, example: 41.3 })
  percent: number;

  @ApiProperty({ ...BYTES, example: 221249536 })
  usedBytes: number;

  @ApiProperty({ ...BYTES, example: 536870912, description: 'At which it ends.' })
  limitBytes: number;
}

class MetricsDto {
  @ApiProperty({ type: CpuDto })
  cpu: CpuDto;

  @ApiProperty({
    type: MemoryDto,
    description: "Resident memory against the container's limit, else the machine's.",
  })
  memory: MemoryDto;

  @ApiProperty({ type: MemoryDto, description: "V8's heap." })
  heap: MemoryDto;

  @ApiProperty({ type: PoolUsageDto, description: 'To Postgres.' })
  connections: PoolUsageDto;
}

class AlertDto implements Alert {
  @ApiProperty({ enum: ['cpu', 'memory', 'heap', 'connections', 'database', 'process'], example: 'memory' })
  metric: Alert['metric'];

  @ApiProperty({ enum: ['warning', 'critical'], example: 'warning' })
  level: Level;

  @ApiProperty({
    type: String,
    example: '83.1 % of the memory that the process may have is in use; warning from 80 % on.',
  })
  message: string;

  @ApiPropertyOptional({ ...PERCENT, example: 83.1, description: 'Of one of the metrics.' })
  value?: number;

  @ApiPropertyOptional({ ...PERCENT, example: 80, description: 'Percent that was reached.' })
  threshold?: number;
}

/** How the instance is. */
export class HealthDto {
  @ApiProperty({
    enum: ['healthy', 'warning', 'critical'],
    example: 'healthy',
    description: 'The worst of the alerts.',
  })
  status: 'healthy' | Level;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2030-01-31T09:30:00.000Z' })
  timestamp: string;

  @ApiProperty({ ...COUNT, example: 86400, description: 'Seconds since the process started.' })
  uptime: number;

  @ApiProperty({ type: MetricsDto })
  metrics: MetricsDto;

  @ApiProperty({ type: [AlertDto], example: [] })
  alerts: AlertDto[];
}
