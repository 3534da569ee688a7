import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { loadavg } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { AppConfig } from '../../config';
import { CpuWatch } from './cpu-watch';
import { EventLoopWatch } from './event-loop-watch';
import { type Vitals } from './vitals';

/** Milliseconds between two samples. */
export const SAMPLE_EVERY = 1_000;

/**
 * Measures the process once a second, whoever asks how often; nothing is done per request. The measuring keeps no
 * process alive and ends with the application.
 */
@Injectable()
export class ProcessVitals implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly cpu: CpuWatch;
  private readonly eventLoop = new EventLoopWatch();
  private readonly listeners: ((vitals: Vitals) => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private latest: Vitals;

  constructor(private readonly config: AppConfig) {
    this.cpu = new CpuWatch(config.resources.cpus);
    this.latest = this.measure();
  }

  /** The latest sample, at most about a second old; costs nothing. */
  now(): Vitals {
    return this.latest;
  }

  /** Has `listener` called with each sample from now on; it must not throw. */
  onSample(listener: (vitals: Vitals) => void): void {
    this.listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    this.eventLoop.start();
    this.timer = setInterval(() => this.sample(), SAMPLE_EVERY).unref();
  }

  /** The last to be measured is the end of the last request. */
  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.eventLoop.stop();
  }

  private sample(): void {
    this.latest = this.measure();
    for (const listener of this.listeners) listener(this.latest);
  }

  private measure(): Vitals {
    const { used_heap_size: used, total_heap_size: total, heap_size_limit } = getHeapStatistics();
    const { rss, external } = process.memoryUsage();
    const { memory: limit } = this.config.resources;
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    return {
      at: Date.now(),
      cpu: this.cpu.look(),
      memory: { rss, limit, percent: (100 * rss) / limit, external },
      heap: { used, total, limit: heap_size_limit, percent: (100 * used) / heap_size_limit },
      eventLoop: this.eventLoop.look(),
      load: [one, five, fifteen],
      uptime: process.uptime(),
    };
  }
}
