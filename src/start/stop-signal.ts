/** What ends the program in order: Ctrl-C, a service manager, the closing of its terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Longest that an orderly stop may take, before anything else is known. Milliseconds. */
const STOP_TIMEOUT = 15_000;

/**
 * Signals this close together count as one: on Ctrl-C the terminal and npm each send one of their own.
 * Milliseconds.
 */
const ONE_KEY_PRESS = 300;

/** Why something was broken off: the program was asked to stop. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';
}

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an abort of everything that is given its `signal`. A later one
 * ends the process at once with exit code 1, as does a stop that takes longer than allowed (at first 15 seconds); the
 * embedded Postgres is told to end even then.
 */
export class StopSignal {
  /**
   * What SIGHUP does instead, where it is not the end of a terminal that matters: programs that rotate logs send it.
   * `undefined`: it stops the program as the others do.
   */
  onHangUp: (() => void) | undefined;

  private readonly controller = new AbortController();
  private firstAt = 0;
  private allowed = STOP_TIMEOUT;

  constructor() {
    for (const name of SIGNALS)
      process.on(name, () => {
        if (name === 'SIGHUP' && this.onHangUp !== undefined) this.onHangUp();
        else this.receive();
      });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Stops the program as the first signal does; nothing where it stops already. */
  stop(): void {
    if (this.signal.aborted) return;
    this.firstAt = performance.now();
    // The terminal may be gone: what is still said into it must not break off the stop.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
    setTimeout(() => process.exit(1), this.allowed).unref();
    this.controller.abort(new StopRequested('The program is asked to stop.'));
  }

  /** A stop that begins from now on may take so many milliseconds. */
  allow(milliseconds: number): void {
    this.allowed = milliseconds;
  }

  /** Resolves when the program is to stop. */
  get requested(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve();
      else this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** The outcome of `work`, or a rejection with {@link StopRequested} as soon as the program is to stop. */
  async race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.requested.then(() => Promise.reject(this.signal.reason as Error))]);
  }

  private receive(): void {
    if (this.signal.aborted && performance.now() - this.firstAt > ONE_KEY_PRESS) process.exit(1);
    this.stop();
  }
}
