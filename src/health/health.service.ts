import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config';
import { PoolUsage } from '../platform/database';
import { Lifecycle } from '../platform/lifecycle';
import { ProcessVitals } from '../platform/vitals';
import { DatabaseProbe } from './database-probe';
import { type HealthDto } from './health.dto';
import { alertsOf, rounded, statusOf, type Alert } from './thresholds';

/** How the instance is, in numbers, and what of it should worry somebody. */
@Injectable()
export class HealthService {
  constructor(
    private readonly config: AppConfig,
    private readonly vitals: ProcessVitals,
    private readonly usage: PoolUsage,
    private readonly lifecycle: Lifecycle,
    private readonly database: DatabaseProbe,
  ) {}

  /** @returns the report, and whether the instance can do its work at all */
  async report(): Promise<{ serves: boolean; report: HealthDto }> {
    const { cpu, eventLoop, memory, heap, uptime } = this.vitals.now();
    const { percent: connectionsPercent, used, idle, waiting, max } = this.usage.now();
    const percents = {
      memory: memory.percent,
      // Requests run on one thread: on a machine with many CPUs that is at its end while most of them are idle.
      cpu: Math.max(cpu.recentPercent, eventLoop.recentUtilization),
      heap: heap.percent,
      connections: connectionsPercent,
    };
    const failures = await this.failures();
    const alerts = [...failures, ...alertsOf(percents, this.config.health)];
    const report: HealthDto = {
      status: statusOf(alerts),
      timestamp: new Date().toISOString(),
      uptime: Math.round(uptime),
      metrics: {
        cpu: {
          percent: rounded(cpu.recentPercent),
          eventLoopPercent: rounded(eventLoop.recentUtilization),
          cpus: cpu.cpus,
        },
        memory: { percent: rounded(percents.memory), usedBytes: memory.rss, limitBytes: memory.limit },
        heap: { percent: rounded(percents.heap), usedBytes: heap.used, limitBytes: heap.limit },
        connections: { percent: rounded(percents.connections), used, idle, waiting, max },
      },
      alerts,
    };
    return { serves: failures.length === 0, report };
  }

  /** Why the instance cannot do its work. */
  private async failures(): Promise<Alert[]> {
    if (this.lifecycle.isDraining)
      return [{ metric: 'process', level: 'critical', message: 'The instance is shutting down.' }];
    const { up } = await this.database.state();
    return up ? [] : [{ metric: 'database', level: 'critical', message: 'Postgres does not answer.' }];
  }
}
