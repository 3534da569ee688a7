/** Milliseconds that a process has to serve for its end not to count as one of a row. */
const STEADY = 60_000;

/** Milliseconds before the first start anew of a row; each further one waits twice as long as the one before. */
const FIRST_WAIT = 250;

/** Most milliseconds before a start anew. */
const LONGEST_WAIT = 30_000;

/** Starts in a row that may fail while nobody serves. */
const FAILED_STARTS = 5;

/**
 * When a process that has ended is started anew: at once where it had served for a minute, else after a wait that
 * doubles with each end in a row, from 250 ms to 30 s. Nothing is started any more where five starts in a row have
 * ended before they served, and no process serves: who watches the program from outside is to know.
 */
export class RestartPolicy {
  /** Ends in a row of each process, by its number. */
  private readonly ends = new Map<number, number>();
  private failedStarts = 0;

  /** A process has begun to serve. */
  serves(): void {
    this.failedStarts = 0;
  }

  /**
   * A process has ended that was not told to.
   * @param number which of the processes it was
   * @param served milliseconds that it had served; `undefined` where it had not begun to
   * @param others how many processes serve
   * @returns milliseconds until it is to be started anew; `undefined`: the program is to end
   */
  ended(number: number, served: number | undefined, others: number): number | undefined {
    if (served === undefined) this.failedStarts += 1;
    if (this.failedStarts >= FAILED_STARTS && others === 0) return undefined;
    if (served !== undefined && served >= STEADY) {
      this.ends.delete(number);
      return 0;
    }
    const before = this.ends.get(number) ?? 0;
    this.ends.set(number, before + 1);
    return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(before, 20));
  }
}
