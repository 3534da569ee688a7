import { type LoadSample, type Signal, type Thresholds } from './load-sample';

/** From `busy` on heavy requests are refused, when `saturated` light ones too. */
export type LoadLevel = 'normal' | 'busy' | 'saturated';

/** Milliseconds between two looks. */
export const LOOK_EVERY = 200;

/** A level is reached when it is exceeded in so many looks in a row, so that one pause does not count. */
export const LOOKS_TO_RISE = 3;

/** And left after so many looks in a row below it, so that it does not flicker. */
export const LOOKS_TO_FALL = 10;

/**
 * Where the levels begin and end. A request that waits for a connection is refused after `DB_CONNECTION_TIMEOUT`
 * (1.5 s by default): a line of 0.3 s is too long for what can be done later, one of 0.9 s for everything. The event
 * loop is late by some milliseconds even when it is used to the full; at 0.2 s each request, which takes several
 * turns, is slow already. Near its limit the heap is collected all the time, and past it the process ends.
 */
export const LEVELS: Readonly<Record<Exclude<LoadLevel, 'normal'>, Thresholds>> = {
  busy: {
    line: { from: 0.2, until: 0.1 },
    eventLoop: { from: 200, until: 100 },
    heap: { from: 0.85, until: 0.8 },
    memory: { from: 0.85, until: 0.8 },
  },
  saturated: {
    line: { from: 0.6, until: 0.3 },
    eventLoop: { from: 1000, until: 500 },
    heap: { from: 0.95, until: 0.92 },
    memory: { from: 0.95, until: 0.92 },
  },
};

const signals = Object.keys(LEVELS.busy) as Signal[];

/** The signals that have reached their thresholds. */
export const exceeded = (sample: LoadSample, thresholds: Thresholds, end: 'from' | 'until'): Signal[] =>
  signals.filter((signal) => sample[signal] >= thresholds[signal][end]);

/** Whether one level is reached, by looks in a row. */
class Latch {
  reached = false;
  private looks = 0;

  constructor(private readonly thresholds: Thresholds) {}

  look(sample: LoadSample): void {
    const end = this.reached ? 'until' : 'from';
    const over = exceeded(sample, this.thresholds, end).length > 0;
    this.looks = over === this.reached ? 0 : this.looks + 1;
    if (this.looks < (this.reached ? LOOKS_TO_FALL : LOOKS_TO_RISE)) return;
    this.reached = !this.reached;
    this.looks = 0;
  }
}

/** Turns looks into levels, with hysteresis. Knows no time: it goes by the number of looks. */
export class LoadLevels {
  private readonly busy = new Latch(LEVELS.busy);
  private readonly saturated = new Latch(LEVELS.saturated);

  /** The level after this look. */
  look(sample: LoadSample): LoadLevel {
    this.busy.look(sample);
    this.saturated.look(sample);
    if (this.saturated.reached) return 'saturated';
    return this.busy.reached ? 'busy' : 'normal';
  }
}
