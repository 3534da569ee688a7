import { Injectable } from '@nestjs/common';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { AppConfig } from '../../config';
import { Database } from '../database';
import { type LoadSample } from './load-sample';

/** Milliseconds between the timers by which Node measures how late the event loop is. */
const RESOLUTION = 20;

const NANOSECONDS = 1e6;

/** Looks at the process. What it looks at is measured anyway: nothing is done per request. */
@Injectable()
export class LoadSampler {
  private delays: IntervalHistogram | undefined;
  private lastLook = performance.now();

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  /** Begins to measure the event loop. */
  start(): void {
    this.delays = monitorEventLoopDelay({ resolution: RESOLUTION });
    this.delays.enable();
    this.lastLook = performance.now();
  }

  stop(): void {
    this.delays?.disable();
  }

  /** How busy the process is now; the event loop since the last time. */
  look(): LoadSample {
    const { used_heap_size, heap_size_limit } = getHeapStatistics();
    return {
      line: this.database.longestWait / this.config.database.connectionTimeout,
      eventLoop: this.eventLoopDelay(),
      heap: used_heap_size / heap_size_limit,
      memory: process.memoryUsage.rss() / this.config.resources.memory,
    };
  }

  private eventLoopDelay(): number {
    const now = performance.now();
    const elapsed = now - this.lastLook;
    this.lastLook = now;
    const { delays } = this;
    // The first of Node's timers after a reset only begins a measurement: none has ended where a single turn took
    // all the time since the last look.
    const mean = delays === undefined || delays.count === 0 ? elapsed : delays.mean / NANOSECONDS;
    delays?.reset();
    return Math.max(0, mean - RESOLUTION);
  }
}
