import QueryStream from 'pg-query-stream';

/** Rows that are fetched from Postgres at a time. */
const BATCH = 500;

/** A stream was cut because of its reader. */
export class SlowReader extends Error {
  override readonly name = 'SlowReader';
}

/**
 * The rows of one statement, fetched as they are read. A reader that takes none for a while is stalled, and one that has
 * not come to the end after a long time trickles: the stream is destroyed with a {@link SlowReader} then.
 */
export class JobRowsStream extends QueryStream {
  private stall: NodeJS.Timeout;
  private end: NodeJS.Timeout | undefined;
  private unanswered = false;
  /** Asks the server to leave off what it is at. Set by whoever has the connection. */
  leaveOff: () => void = () => undefined;
  private closing: ((error?: Error | null) => void) | undefined;

  /** @param stallAfter milliseconds without a row */
  constructor(text: string, values: unknown[], stallAfter: number) {
    super(text, values, { batchSize: BATCH });
    this.stall = this.cutAfter(stallAfter);
  }

  /** From now on, so many milliseconds without a row make it stalled. */
  stallAfter(milliseconds: number): void {
    if (this.destroyed) return;
    clearTimeout(this.stall);
    this.stall = this.cutAfter(milliseconds);
  }

  /** From now on it may take so many milliseconds to its end, however its reader reads. By default there is no bound. */
  endWithin(milliseconds: number): void {
    if (this.destroyed) return;
    clearTimeout(this.end);
    const cut = (): void => this.cut(new SlowReader(`Not read to the end within ${milliseconds} ms`));
    this.end = setTimeout(cut, milliseconds).unref();
  }

  /**
   * Destroys the stream without a word to the server, whose answer would be waited for; also where that wait has
   * begun, since a connection that dies fails the running fetch before it is known to be dead.
   */
  cut(error: Error): void {
    this.unanswered = true;
    this.destroy(error);
    this.closing?.(error);
  }

  override read(size?: number): unknown {
    this.stall.refresh();
    return super.read(size);
  }

  override _destroy(error: Error, done: (error?: Error | null) => void): void {
    clearTimeout(this.stall);
    clearTimeout(this.end);
    if (this.unanswered) {
      done(error);
      return;
    }
    // A server at work on the next rows, or still on the way to the first, would be waited for.
    if (this.isAwaited) this.leaveOff();
    this.closing = (problem) => {
      this.closing = undefined;
      done(problem);
    };
    super._destroy(error, (problem?: Error | null) => this.closing?.(problem));
  }

  /** Whether the server owes an answer. */
  private get isAwaited(): boolean {
    const { state } = this.cursor as { state: string };
    return state === 'submitted' || state === 'busy';
  }

  private cutAfter(milliseconds: number): NodeJS.Timeout {
    const cut = (): void => this.cut(new SlowReader(`No row was taken for ${milliseconds} ms`));
    return setTimeout(cut, milliseconds).unref();
  }
}
