import type PgBoss from 'pg-boss';
import { type Handler } from './handlers';

/** Seconds that a handler is waited for whose time is up. */
const LAST_WORDS = 5;

/** A piece of work as pg-boss hands it out. */
export type Piece = PgBoss.JobWithMetadata;

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: 'done' }
  /** The worker stops: it counts as not begun. */
  | { readonly kind: 'stopped' }
  /** Another worker has it now. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Why a handler was told to end. */
class WorkEnded extends Error {
  override readonly name = 'WorkEnded';

  constructor(
    readonly outcome: 'stopped' | 'lost' | 'failed',
    message: string,
  ) {
    super(message);
  }
}

/** One attempt at a piece of work. */
export class WorkRun {
  private readonly controller = new AbortController();

  constructor(
    readonly piece: Piece,
    readonly handler: Handler,
  ) {}

  /** The worker is to stop. */
  stop(): void {
    this.controller.abort(new WorkEnded('stopped', 'The worker stops'));
  }

  /** The lease has run out, and another worker has taken the work over. */
  lose(): void {
    this.controller.abort(new WorkEnded('lost', 'Another worker has taken the work over'));
  }

  /** Does it; never throws. */
  async perform(): Promise<Outcome> {
    const { id, data, retryCount } = this.piece;
    const { signal } = this.controller;
    // A handler that does not end when the worker stops must not keep the process.
    const timer = setTimeout(() => this.expire(), this.handler.work.timeout * 1000).unref();
    let lastWords: NodeJS.Timeout | undefined;
    const gone = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        const { outcome } = signal.reason as WorkEnded;
        // Who stops the worker waits for it; in the other cases nobody would.
        if (outcome !== 'stopped')
          lastWords = setTimeout(() => reject(signal.reason as WorkEnded), LAST_WORDS * 1000);
      });
    });
    try {
      await Promise.race([this.handler.handle(data, { id, attempt: retryCount + 1, signal }), gone]);
      return { kind: 'done' };
    } catch (error) {
      return outcomeOf(error, signal);
    } finally {
      clearTimeout(timer);
      clearTimeout(lastWords);
    }
  }

  private expire(): void {
    const { timeout } = this.handler.work;
    this.controller.abort(new WorkEnded('failed', `It took longer than ${timeout} s`));
  }
}

const outcomeOf = (error: unknown, signal: AbortSignal): Outcome => {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (!(reason instanceof WorkEnded)) return { kind: 'failed', error };
  return reason.outcome === 'failed' ? { kind: 'failed', error: reason } : { kind: reason.outcome };
};
