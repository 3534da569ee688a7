import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../../config';
import { exceeded, LEVELS, LoadLevels, LOOK_EVERY, type LoadLevel } from './load-levels';
import { type LoadSample } from './load-sample';
import { LoadSampler } from './load-sampler';

/** What became of requests while the process was not at its usual level. */
export interface LoadCounts {
  /** How often each level was entered. */
  readonly entered: Record<LoadLevel, number>;
  /** Requests refused, by kind; `light` is what is not heavy. */
  readonly refused: Map<string, number>;
}

/** Knows how busy the process is, looks every 200 ms, and says one line a change of level. */
@Injectable()
export class LoadMonitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The level now; always `normal` with `LOAD_SHEDDING_ENABLED=false`. */
  level: LoadLevel = 'normal';
  readonly counts: LoadCounts = { entered: { normal: 0, busy: 0, saturated: 0 }, refused: new Map() };
  private readonly levels = new LoadLevels();
  private latest: LoadSample | undefined;
  private readonly logger = new Logger('Load');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly sampler: LoadSampler,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.loadShedding) return;
    this.sampler.start();
    this.timer = setInterval(() => this.take(this.sampler.look()), LOOK_EVERY).unref();
  }

  /** From here on what is under way is to end: nothing more is refused for the sake of others. */
  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.sampler.stop();
    this.level = 'normal';
  }

  /** Takes a look into account. */
  take(sample: LoadSample): void {
    this.latest = sample;
    const level = this.levels.look(sample);
    const before = this.level;
    if (level === before) return;
    this.level = level;
    this.counts.entered[level] += 1;
    const line = { load: level, before, because: causesOf(sample, level), sample };
    if (level === 'normal') this.logger.log(line, 'Load is normal again');
    else
      this.logger.warn(
        line,
        level === 'busy' ? 'Load: heavy requests are refused' : 'Load: all requests but a few are refused',
      );
  }

  /** Whether memory is among what makes the process saturated. */
  get lacksMemory(): boolean {
    const causes = this.latest === undefined ? [] : exceeded(this.latest, LEVELS.saturated, 'until');
    return causes.includes('heap') || causes.includes('memory');
  }

  /** Counts a refusal. */
  refused(kind: string): void {
    this.counts.refused.set(kind, (this.counts.refused.get(kind) ?? 0) + 1);
  }
}

const causesOf = (sample: LoadSample, level: LoadLevel): string[] =>
  level === 'normal' ? [] : exceeded(sample, LEVELS[level], 'until');
