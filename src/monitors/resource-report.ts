import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../config';
import { AnswerCache } from '../platform/cache';
import { PoolUsage } from '../platform/database';
import { RedisLink } from '../platform/redis';
import { ProcessVitals } from '../platform/vitals';

const MEBIBYTE = 1024 * 1024;

/**
 * Logs every `RESOURCE_REPORT_INTERVAL` how the process is. Only what is measured anyway: nothing is asked of the
 * database or of Redis, so a database that suspends when idle sleeps on.
 */
@Injectable()
export class ResourceReport implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Resources');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly vitals: ProcessVitals,
    private readonly pool: PoolUsage,
    private readonly answers: AnswerCache,
    @Optional() @Inject(RedisLink) private readonly redis?: RedisLink,
  ) {}

  onApplicationBootstrap(): void {
    const { reportInterval } = this.config.monitoring;
    if (reportInterval === 0) return;
    this.timer = setInterval(() => this.logger.log(this.line(), 'Resources'), reportInterval).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Sizes in MiB, shares in percent, times in milliseconds but the uptime, which is in seconds. */
  private line(): Record<string, unknown> {
    const { cpu, memory, heap, eventLoop, load, uptime } = this.vitals.now();
    const { used, idle, waiting, max } = this.pool.now();
    const { bytes, keys } = this.answers.memory.use;
    return {
      cpu: { percent: round(cpu.recentPercent), cpus: cpu.cpus },
      load: load.map(round),
      memory: { rss: mebibytes(memory.rss), limit: mebibytes(memory.limit), percent: round(memory.percent) },
      heap: { used: mebibytes(heap.used), limit: mebibytes(heap.limit), percent: round(heap.percent) },
      eventLoop: {
        mean: round(eventLoop.mean),
        p99: round(eventLoop.p99),
        busy: round(eventLoop.utilization),
      },
      pool: { used, idle, waiting, max },
      cache: { size: mebibytes(bytes), keys, hitPercent: this.hitPercent() },
      redis: this.redis === undefined ? 'none' : this.redis.session === undefined ? 'away' : 'up',
      uptime: Math.round(uptime),
    };
  }

  private hitPercent(): number | undefined {
    const share = this.answers.counts.hitRate;
    return share === undefined ? undefined : round(100 * share);
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;

const mebibytes = (bytes: number): number => round(bytes / MEBIBYTE);
