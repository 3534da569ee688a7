import { setImmediate as nextTurn } from 'node:timers/promises';
import { within } from '../redis';

/** Least milliseconds between two readings, however often somebody asks. */
const EVERY = 5_000;

/** Milliseconds that who asks waits for a reading. */
const PATIENCE = 2_000;

/**
 * Figures that are read from Postgres when somebody asks for metrics: at most every 5 s, one reading at a time, and
 * waited for no longer than two seconds, so that a database in trouble costs the other metrics nothing.
 */
export class RareReading<T> {
  private latest: { at: number; figures: T | undefined } = { at: -Infinity, figures: undefined };
  private underWay: Promise<T | undefined> | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly every = EVERY,
    private readonly patience = PATIENCE,
  ) {}

  /** The figures, at most 5 s old; `undefined` where they cannot be read now. */
  async figures(): Promise<T | undefined> {
    if (this.underWay === undefined && performance.now() - this.latest.at < this.every)
      return this.latest.figures;
    this.underWay ??= this.begin();
    return within(this.underWay, this.patience).catch(() => undefined);
  }

  private async begin(): Promise<T | undefined> {
    // The other metrics have then been read: what this reading does is not among them.
    await nextTurn();
    const figures = await this.read().catch(() => undefined);
    this.latest = { at: performance.now(), figures };
    this.underWay = undefined;
    return figures;
  }
}
