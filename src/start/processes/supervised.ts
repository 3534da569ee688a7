import { type Worker } from 'node:cluster';
import { type ToProcess } from '../../platform/processes';

/** One of several processes, as its supervisor knows it: while it runs, and between an end and the next start. */
export class Supervised {
  worker: Worker | undefined;
  /** When it began to serve, on the monotonic clock; `undefined` while it does not. */
  servingSince: number | undefined;
  /** When it was started, on the same clock. */
  startedAt = 0;
  /** Times that it was asked for a sign of life since it last gave one. */
  unanswered = 0;
  /** Its next start. */
  restart: NodeJS.Timeout | undefined;

  /** @param number from 1 on; it stays when the process is replaced */
  constructor(readonly number: number) {}

  get isServing(): boolean {
    return this.servingSince !== undefined;
  }

  /** Takes in a process that was just started. */
  begin(worker: Worker): void {
    this.worker = worker;
    this.startedAt = performance.now();
    this.unanswered = 0;
  }

  /** The process has ended; gives how long it had served, in milliseconds. */
  end(): number | undefined {
    const served = this.servingSince === undefined ? undefined : performance.now() - this.servingSince;
    this.worker = undefined;
    this.servingSince = undefined;
    return served;
  }

  /** What cannot be said any more is not missed: the process is about to end. */
  say(message: ToProcess): void {
    if (this.worker?.isConnected() === true) this.worker.send(message, () => undefined);
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.worker?.process.kill(signal);
  }
}
