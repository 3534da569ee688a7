/** The entry is renewed this often though nobody asks: several times before it lapses. Milliseconds. */
const EVERY = 2_000;

/** But no longer than this after it was last needed: a process that is idle gives way, and lets the database sleep. Milliseconds. */
const DURATION = 60_000;

/** Has an entry kept for a while after it was last needed. */
export class Stay {
  /** How long it stays after that. Milliseconds. */
  duration = DURATION;
  private neededAt = -Infinity;
  private reason = false;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  /** @param keep renews the entry, and then tells by `when` whether there is still a reason to */
  constructor(private readonly keep: () => void) {}

  /** The entry is needed at this moment, on the clock of `performance.now()`. */
  needed(now: number): void {
    this.neededAt = now;
    if (this.reason) this.begin();
  }

  /** Stays from now on if there is a reason to, and it was needed of late; else no longer. */
  when(reason: boolean): void {
    this.reason = reason && !this.ended;
    if (this.reason && this.isNeeded) this.begin();
    else this.stop();
  }

  /** For good. */
  end(): void {
    this.ended = true;
    this.when(false);
  }

  private get isNeeded(): boolean {
    return performance.now() - this.neededAt < this.duration;
  }

  private begin(): void {
    this.timer ??= setInterval(() => this.renew(), EVERY).unref();
  }

  /** A database that does not answer tells nobody to stop. */
  private renew(): void {
    if (this.isNeeded) this.keep();
    else this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
