/** How short memory is. */
export type MemoryLevel = 'normal' | 'high' | 'critical';

/** Looks in a row, one a second, above a threshold until its level is reached: the collector may be about to come. */
const LOOKS_TO_RISE = 3;

/** Percent below its threshold from which a level counts as left, and looks in a row until it is. */
const BELOW = 5;
const LOOKS_TO_FALL = 60;

/** Where the levels begin, in percent; 0: never. */
export interface MemoryThresholds {
  high: number;
  critical: number;
}

const ORDER = ['normal', 'high', 'critical'] as const;

/** Turns looks at memory into levels, with hysteresis. Knows no time: it goes by the number of looks. */
export class MemoryLevels {
  level: MemoryLevel = 'normal';
  private rising = 0;
  private falling = 0;

  constructor(private readonly thresholds: MemoryThresholds) {}

  /** The level after this look. @param percent of the limit that is used */
  look(percent: number): MemoryLevel {
    const above = this.levelOf(percent);
    const kept = this.levelOf(percent + BELOW);
    this.rising = rank(above) > rank(this.level) ? this.rising + 1 : 0;
    this.falling = rank(kept) < rank(this.level) ? this.falling + 1 : 0;
    if (this.rising >= LOOKS_TO_RISE) this.enter(above);
    else if (this.falling >= LOOKS_TO_FALL) this.enter(kept);
    return this.level;
  }

  private enter(level: MemoryLevel): void {
    this.level = level;
    this.rising = 0;
    this.falling = 0;
  }

  private levelOf(percent: number): MemoryLevel {
    const { high, critical } = this.thresholds;
    if (critical > 0 && percent >= critical) return 'critical';
    return high > 0 && percent >= high ? 'high' : 'normal';
  }
}

const rank = (level: MemoryLevel): number => ORDER.indexOf(level);
