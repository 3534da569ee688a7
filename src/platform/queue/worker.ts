import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { AppConfig } from '../../config';
import { Database } from '../database';
import { Lifecycle } from '../lifecycle';
import { DatabaseWatch } from './database-watch';
import { Handlers } from './handlers';
import { QueueStore } from './queue-store';
import { RepeatedLoop } from './repeated-work';
import { ScheduleLoop } from './schedule-loop';
import { Upkeep } from './upkeep';
import { Wakeups } from './wakeups';
import { WorkLoop } from './work-loop';
import { WorkQueue } from './work-queue';

/**
 * Work under way may take `SHUTDOWN_TIMEOUT` to end when the program stops, as requests do, and at least so long after
 * them; and then so long to be given back. In all less than the program's own patience. Milliseconds.
 */
const LEAST_GRACE = 1_000;
const GIVING_BACK = 1_500;

/** Does the work of the queue, in the process that it is in; nothing where `WORKER_ENABLED` is false. */
@Injectable()
export class Worker implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private work: WorkLoop | undefined;
  private readonly others: (RepeatedLoop | ScheduleLoop)[] = [];
  private readonly running: Promise<void>[] = [];
  private closingSince = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly handlers: Handlers,
    private readonly database: Database,
    private readonly store: QueueStore,
    private readonly queue: WorkQueue,
    private readonly wakeups: Wakeups,
    private readonly watch: DatabaseWatch,
    private readonly upkeep: Upkeep,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Begins, without waiting for anything: the program serves meanwhile. */
  onApplicationBootstrap(): void {
    const { worker, database } = this.config;
    if (!worker.enabled) return;
    const work = (this.work = new WorkLoop(this.handlers.work, {
      store: this.store,
      database: this.database,
      watch: this.watch,
      upkeep: this.upkeep,
      pollInterval: worker.pollInterval,
      // Requests come first.
      slots: Math.max(1, Math.floor(database.maxConnections / 4)),
    }));
    for (const name of this.handlers.work.keys()) this.wakeups.listen(name, () => work.wake());
    for (const repetition of this.handlers.repeated.values()) {
      const loop = new RepeatedLoop(repetition, this.watch, worker.pollInterval);
      this.wakeups.listen(`repeated:${repetition.name}`, () => loop.wake());
      this.others.push(loop);
    }
    const scheduled = [...this.handlers.work.values()].filter(({ cron }) => cron !== undefined);
    if (scheduled.length > 0)
      this.others.push(new ScheduleLoop(scheduled, this.store, this.queue, this.watch));
    this.running.push(work.run(), ...this.others.map((loop) => loop.run()));
    this.lifecycle.onDrain(() => this.stop());
  }

  /** From here on the time of what is under way runs. */
  onModuleDestroy(): void {
    this.closingSince = performance.now();
  }

  /** Waits for it, before the connections to the database are closed. */
  async onApplicationShutdown(): Promise<void> {
    if (this.work === undefined) return;
    const left = this.config.shutdown.timeout - (performance.now() - this.closingSince);
    const grace = Math.max(LEAST_GRACE, left);
    const patience = new AbortController();
    const over = delay(grace + GIVING_BACK, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled([this.work.end(grace), ...this.running]), over]);
    patience.abort();
  }

  /** Takes no more work. What is under way is told to end, while requests are still answered. */
  private stop(): void {
    this.work?.stop();
    for (const loop of this.others) loop.stop();
  }
}
