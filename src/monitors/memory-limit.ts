import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config';
import { AnswerCache } from '../platform/cache';
import { ProcessVitals, type Vitals } from '../platform/vitals';
import { MemoryLevels, type MemoryLevel } from './memory-levels';

/** Samples, one a second, for which memory stays critical until the cache shrinks again. */
const SHRINK_AGAIN_AFTER = 60;

/** Samples for which memory has to be normal until the cache takes all of its room again. */
const RESTORE_AFTER = 300;

/**
 * Tells before the memory that the process may use is at its end, or V8's heap at its limit, and has the cache give up
 * half of its room each time the level rises, and every minute that it stays critical. After five minutes at the normal
 * level the cache has its room again. Requests are refused at about the same time by `LoadMonitor`.
 */
@Injectable()
export class MemoryLimit implements OnApplicationBootstrap {
  private readonly logger = new Logger('Memory');
  private readonly levels: MemoryLevels;
  private shrunken = false;
  /** Samples since the level was entered, or the cache last shrank. */
  private samples = 0;

  constructor(
    config: AppConfig,
    private readonly vitals: ProcessVitals,
    private readonly answers: AnswerCache,
  ) {
    this.levels = new MemoryLevels(config.monitoring.memory);
  }

  onApplicationBootstrap(): void {
    this.vitals.onSample((vitals) => this.take(vitals));
  }

  /** Takes a sample into account. */
  take(vitals: Pick<Vitals, 'memory' | 'heap'>): void {
    const before = this.levels.level;
    const level = this.levels.look(Math.max(vitals.memory.percent, vitals.heap.percent));
    this.samples = level === before ? this.samples + 1 : 0;
    if (level !== before) this.entered(level, before, vitals);
    else if (level === 'critical' && this.samples >= SHRINK_AGAIN_AFTER) this.shrink(level, vitals);
    else if (level === 'normal' && this.shrunken && this.samples >= RESTORE_AFTER) this.restore();
  }

  private entered(level: MemoryLevel, before: MemoryLevel, vitals: Pick<Vitals, 'memory' | 'heap'>): void {
    if (level === 'critical' || (level === 'high' && before === 'normal')) this.shrink(level, vitals);
    else this.logger.log({ memory: level, before, ...figures(vitals) }, 'Memory is less short');
  }

  private shrink(level: MemoryLevel, vitals: Pick<Vitals, 'memory' | 'heap'>): void {
    this.samples = 0;
    this.shrunken = true;
    const freed = this.answers.memory.shrink();
    const { bytes: room } = this.answers.memory.room;
    const line = { memory: level, ...figures(vitals), cache: { freed, room } };
    if (level === 'critical') this.logger.error(line, 'Memory is nearly used up: the cache shrinks');
    else this.logger.warn(line, 'Memory runs short: the cache shrinks');
  }

  private restore(): void {
    this.shrunken = false;
    this.answers.memory.restore();
    this.logger.log('The cache has all of its room again');
  }
}

const figures = ({ memory, heap }: Pick<Vitals, 'memory' | 'heap'>): Record<string, number> => ({
  rss: memory.rss,
  limit: memory.limit,
  memoryPercent: Math.round(memory.percent),
  heapPercent: Math.round(heap.percent),
});
