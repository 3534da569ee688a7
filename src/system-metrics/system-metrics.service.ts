import { Inject, Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../config';
import { FoldLag } from '../job-counts';
import { AnswerCache } from '../platform/cache';
import { PoolUsage } from '../platform/database';
import { RareReading } from '../platform/metrics';
import { QueueFigures, type QueueState } from '../platform/queue';
import { RedisLink } from '../platform/redis';
import { ProcessVitals } from '../platform/vitals';
import { DatabaseFigures } from './database-figures';
import { type PostgresDto, type QueueDto, type SystemMetricsDto } from './system-metrics.dto';

/** Percent of the connections above which the pool is not healthy. */
const [WARNING, CRITICAL] = [70, 90];

type ProcessPart = Pick<SystemMetricsDto, 'uptime' | 'cpu' | 'load' | 'memory' | 'heap' | 'eventLoop'>;
type DatabasePart = Pick<SystemMetricsDto, 'postgres' | 'slowestStatements' | 'slowestStatementsReason'>;

/** Gathers what is known of this process and of what it leans on; no part that cannot be read spoils the others. */
@Injectable()
export class SystemMetrics {
  private readonly queueNow: RareReading<QueueState>;

  constructor(
    private readonly config: AppConfig,
    private readonly vitals: ProcessVitals,
    private readonly usage: PoolUsage,
    private readonly database: DatabaseFigures,
    private readonly answers: AnswerCache,
    private readonly fold: FoldLag,
    queue: QueueFigures,
    @Optional() @Inject(RedisLink) private readonly redis?: RedisLink,
  ) {
    this.queueNow = new RareReading(() => queue.read());
  }

  async read(): Promise<SystemMetricsDto> {
    const [database, queue, fold] = await Promise.all([
      this.databasePart(),
      this.queueNow.figures(),
      this.fold.state(),
    ]);
    return {
      timestamp: new Date().toISOString(),
      ...this.processPart(),
      pool: this.pool(),
      ...database,
      cache: this.cache(),
      redis: this.redisPart(),
      queue: queue === undefined ? null : sumOf(queue),
      fold: fold === undefined ? null : { pendingDeltas: fold.deltas, oldestSeconds: rounded(fold.age) },
    };
  }

  private processPart(): ProcessPart {
    const { uptime, cpu, load, memory, heap, eventLoop } = this.vitals.now();
    return {
      uptime: Math.round(uptime),
      cpu: { percent: rounded(cpu.percent), recentPercent: rounded(cpu.recentPercent), cpus: cpu.cpus },
      load: load.map((average) => Math.round(average * 100) / 100),
      memory: {
        rssBytes: memory.rss,
        limitBytes: memory.limit,
        percent: rounded(Math.min(100, memory.percent)),
        externalBytes: memory.external,
      },
      heap: {
        usedBytes: heap.used,
        totalBytes: heap.total,
        limitBytes: heap.limit,
        percent: rounded(heap.percent),
      },
      eventLoop: {
        meanMs: rounded(eventLoop.mean),
        p99Ms: rounded(eventLoop.p99),
        maxMs: rounded(eventLoop.max),
        busyPercent: rounded(eventLoop.utilization),
        recentBusyPercent: rounded(eventLoop.recentUtilization),
      },
    };
  }

  private pool(): SystemMetricsDto['pool'] {
    const { longestWait, percent, ...counts } = this.usage.now();
    return {
      ...counts,
      percent: rounded(percent),
      longestWaitMs: rounded(longestWait),
      health: percent > CRITICAL ? 'critical' : percent > WARNING ? 'warning' : 'healthy',
    };
  }

  private async databasePart(): Promise<DatabasePart> {
    const [connections, slowest] = await Promise.all([this.database.connections(), this.database.slowest()]);
    const postgres: PostgresDto | null =
      connections === undefined
        ? null
        : {
            version: connections.version,
            activeConnections: connections.states.active ?? 0,
            connections: connections.states,
            allConnections: connections.allConnections,
            maxConnections: connections.maxConnections,
          };
    return 'reason' in slowest
      ? { postgres, slowestStatements: null, slowestStatementsReason: slowest.reason }
      : { postgres, slowestStatements: slowest.statements, slowestStatementsReason: null };
  }

  private cache(): SystemMetricsDto['cache'] {
    const { memory, counts } = this.answers;
    const share = counts.hitRate;
    const memoryOnly = this.redis?.session === undefined;
    return {
      backend: !this.config.cache.enabled ? 'off' : memoryOnly ? 'memory' : 'memory+redis',
      hitPercent: share === undefined ? null : rounded(100 * share),
      keys: memory.use.keys,
      bytes: memory.use.bytes,
      maxBytes: memory.room.bytes,
      evictions: memory.evictions,
    };
  }

  private redisPart(): SystemMetricsDto['redis'] {
    const { redis } = this;
    if (redis === undefined) return { state: 'none', commands: 0 };
    const commands = [...redis.commands.values()].reduce((sum, count) => sum + count, 0);
    return { state: redis.session === undefined ? 'away' : 'up', commands };
  }
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

const sumOf = ({ works }: QueueState): QueueDto => {
  const sum = (of: (work: QueueState['works'][number]) => number): number =>
    works.reduce((total, work) => total + of(work), 0);
  return {
    waiting: sum(({ waiting }) => waiting),
    putOff: sum(({ putOff }) => putOff),
    running: sum(({ running }) => running),
    failed: sum(({ failed }) => failed),
  };
};
