import { ApiProperty } from '@nestjs/swagger';
import { BYTES, COUNT, MILLISECONDS, PERCENT, PoolUsageDto } from '../platform/vitals';

/** How full a pool of connections is: `warning` above 70 %, `critical` above 90 %. */
export const POOL_HEALTH = ['healthy', 'warning', 'critical'] as const;

class SystemCpuDto {
  @ApiProperty({
    ...PERCENT,
    example: 12.5,
    description: 'Used of what the process may use, in the last second.',
  })
  percent: number;

  @ApiProperty({ ...PERCENT, example: 10.1, description: 'The same over ten seconds.' })
  recentPercent: number;

  @ApiProperty({
    type: 'number',
    example: 2,
    description: "CPUs it may use: the container's quota, else all.",
  })
  cpus: number;
}

class SystemMemoryDto {
  @ApiProperty({ ...BYTES, example: 221249536, description: 'Memory of the process (resident set size).' })
  rssBytes: number;

  @ApiProperty({ ...BYTES, example: 536870912, description: 'What it may use.' })
  limitBytes: number;

  @ApiProperty({ ...PERCENT, example: 41.2 })
  percent: number;

  @ApiProperty({ ...BYTES, example: 8388608, description: "Buffers outside V8's heap." })
  externalBytes: number;
}

class SystemHeapDto {
  @ApiProperty({ ...BYTES, example: 94371840, description: 'With what has not been collected yet.' })
  usedBytes: number;

  @ApiProperty({ ...BYTES, example: 125829120, description: 'Reserved so far.' })
  totalBytes: number;

  @ApiProperty({ ...BYTES, example: 2197815296 })
  limitBytes: number;

  @ApiProperty({ ...PERCENT, example: 4.3 })
  percent: number;
}

class EventLoopDto {
  @ApiProperty({
    ...MILLISECONDS,
    example: 0.4,
    description: 'How late it was on average, in the last second.',
  })
  meanMs: number;

  @ApiProperty({ ...MILLISECONDS, example: 2.1, description: 'The same, 99th percentile.' })
  p99Ms: number;

  @ApiProperty({ ...MILLISECONDS, example: 3.4 })
  maxMs: number;

  @ApiProperty({ ...PERCENT, example: 17.2, description: 'Part of the last second that it was at work.' })
  busyPercent: number;

  @ApiProperty({
    ...PERCENT,
    example: 12.8,
    description:
      'The same over ten seconds. At 100 the process can serve no more, however many CPUs are idle.',
  })
  recentBusyPercent: number;
}

class PoolDto extends PoolUsageDto {
  @ApiProperty({ ...MILLISECONDS, example: 0, description: 'Of the request that has waited longest.' })
  longestWaitMs: number;

  @ApiProperty({
    enum: POOL_HEALTH,
    example: 'healthy',
    description: '`warning` above 70 %, `critical` above 90 %.',
  })
  health: (typeof POOL_HEALTH)[number];
}

/** What Postgres says of its connections, from this and all other processes. */
export class PostgresDto {
  @ApiProperty({ type: 'string', example: '18.4' })
  version: string;

  @ApiProperty({
    ...COUNT,
    example: 2,
    description: 'Connections to this database that run a statement right now.',
  })
  activeConnections: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: COUNT,
    example: { active: 2, idle: 9 },
    description: 'Connections to this database by state, as in `pg_stat_activity`.',
  })
  connections: Record<string, number>;

  @ApiProperty({ ...COUNT, example: 14, description: 'Connections to the server, to all databases.' })
  allConnections: number;

  @ApiProperty({ ...COUNT, example: 100 })
  maxConnections: number;
}

/** A statement by `pg_stat_statements`. */
export class SlowStatementDto {
  @ApiProperty({
    type: 'string',
    example: 'SELECT * FROM jobs WHERE owner_id = $1',
    description: 'Its beginning, with placeholders for values.',
  })
  statement: string;

  @ApiProperty({ type: 'number', minimum: 0, example: 1200 })
  calls: number;

  @ApiProperty({ type: 'number', minimum: 0, example: 24000 })
  rows: number;

  @ApiProperty({ ...MILLISECONDS, example: 3.2 })
  meanMs: number;

  @ApiProperty({ ...MILLISECONDS, example: 41.7 })
  maxMs: number;

  @ApiProperty({ ...MILLISECONDS, example: 3840 })
  totalMs: number;
}

class CacheDto {
  @ApiProperty({
    enum: ['off', 'memory', 'memory+redis'],
    example: 'memory+redis',
    description: 'Where answers are kept; while Redis is away only `memory`, for what may be old.',
  })
  backend: 'off' | 'memory' | 'memory+redis';

  @ApiProperty({
    ...PERCENT,
    nullable: true,
    example: 83.1,
    description: 'Hits of all requests for what is cached, since the start; null before the first.',
  })
  hitPercent: number | null;

  @ApiProperty({ ...COUNT, example: 812, description: 'Answers kept in memory.' })
  keys: number;

  @ApiProperty({ ...BYTES, example: 6291456 })
  bytes: number;

  @ApiProperty({ ...BYTES, example: 33554432, description: 'Room there is now: less where memory is short.' })
  maxBytes: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Answers that had to go for want of room.' })
  evictions: number;
}

class RedisDto {
  @ApiProperty({ enum: ['none', 'up', 'away'], example: 'up', description: '`none`: not configured.' })
  state: 'none' | 'up' | 'away';

  @ApiProperty({ ...COUNT, example: 51234, description: 'Commands sent since the start.' })
  commands: number;
}

/** The queue, of all processes. */
export class QueueDto {
  @ApiProperty({ ...COUNT, example: 0, description: 'Due, and not begun.' })
  waiting: number;

  @ApiProperty({ ...COUNT, example: 1, description: 'To be begun, or tried again, later.' })
  putOff: number;

  @ApiProperty({ ...COUNT, example: 1 })
  running: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Given up; kept for 30 days.' })
  failed: number;
}

/** The fold of counts, of all processes. */
export class FoldDto {
  @ApiProperty({
    ...COUNT,
    example: 12,
    description: 'Changes not folded into the counts yet; counted up to 100000.',
  })
  pendingDeltas: number;

  @ApiProperty({
    type: 'number',
    minimum: 0,
    example: 0.4,
    description: 'Seconds that the oldest is known to wait; 0: none does. Much of it: no worker runs.',
  })
  oldestSeconds: number;
}

/** How this process, its database and what it leans on are. Null is what could not be read within two seconds. */
export class SystemMetricsDto {
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  timestamp: string;

  @ApiProperty({
    type: 'number',
    minimum: 0,
    example: 86400,
    description: 'Seconds since the process started.',
  })
  uptime: number;

  @ApiProperty({ type: SystemCpuDto })
  cpu: SystemCpuDto;

  @ApiProperty({
    type: 'array',
    items: { type: 'number' },
    minItems: 3,
    maxItems: 3,
    example: [0.4, 0.6, 0.5],
    description: 'Load average of the machine over 1, 5 and 15 minutes.',
  })
  load: number[];

  @ApiProperty({ type: SystemMemoryDto })
  memory: SystemMemoryDto;

  @ApiProperty({ type: SystemHeapDto })
  heap: SystemHeapDto;

  @ApiProperty({ type: EventLoopDto })
  eventLoop: EventLoopDto;

  @ApiProperty({ type: PoolDto, description: 'Connections of this process to Postgres.' })
  pool: PoolDto;

  @ApiProperty({ type: PostgresDto, nullable: true })
  postgres: PostgresDto | null;

  @ApiProperty({ type: [SlowStatementDto], nullable: true, description: 'The ten slowest on average.' })
  slowestStatements: SlowStatementDto[] | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    example: null,
    description: 'Why `slowestStatements` is null.',
  })
  slowestStatementsReason: string | null;

  @ApiProperty({ type: CacheDto })
  cache: CacheDto;

  @ApiProperty({ type: RedisDto })
  redis: RedisDto;

  @ApiProperty({ type: QueueDto, nullable: true })
  queue: QueueDto | null;

  @ApiProperty({ type: FoldDto, nullable: true })
  fold: FoldDto | null;
}
