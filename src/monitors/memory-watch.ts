import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { AppConfig } from '../config';
import { AnswerCache } from '../platform/cache';
import { MemoryGrowth } from './memory-growth';

/** Node's entries of collections say of what kind they were. */
interface Collection extends PerformanceEntry {
  readonly detail?: { readonly kind?: number };
}

/**
 * Logs when memory grows steadily by `MEMORY_GROWTH_PERCENT` (see `MemoryGrowth`): V8's heap and the buffers outside,
 * right after full collections, without what the cache holds, which has bounds of its own.
 */
@Injectable()
export class MemoryWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Memory');
  private readonly growth: MemoryGrowth;
  private observer: PerformanceObserver | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly answers: AnswerCache,
  ) {
    const { growth, growthTime } = config.monitoring.memory;
    this.growth = new MemoryGrowth(growthTime, growth);
  }

  onApplicationBootstrap(): void {
    if (this.config.monitoring.memory.growth === 0) return;
    this.observer = new PerformanceObserver((list) => {
      const full = list
        .getEntries()
        .some((entry: Collection) => entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
      if (full) this.look();
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }

  beforeApplicationShutdown(): void {
    this.observer?.disconnect();
  }

  private look(): void {
    const { used_heap_size, external_memory } = getHeapStatistics();
    const inUse = Math.max(1, used_heap_size + external_memory - this.answers.memory.use.bytes);
    const growth = this.growth.add(inUse, performance.now());
    if (growth === undefined) return;
    const { from, to, percent, time } = growth;
    this.logger.warn(
      { from, to, percent: Math.round(percent), minutes: Math.round(time / 6000) / 10 },
      'Memory grows steadily: heap snapshots, now and later, show what is kept',
    );
  }
}
