import { type ToProcess, type ToSupervisor } from './messages';

/** Longest wait for the metrics of all: more than the supervisor waits for the slowest process. Milliseconds. */
const PATIENCE = 5_000;

/** The line from one of several processes to the supervisor that has started it. */
export class SupervisorLink {
  private static ofProcess: SupervisorLink | undefined;
  private asked = 0;
  private readonly waiting = new Map<number, (text: string | undefined) => void>();
  private stop: (() => void) | undefined;
  private hangUp: (() => void) | undefined;
  private report: (() => Promise<readonly object[]>) | undefined;

  /** @param line the process itself, but in tests */
  constructor(private readonly line: Pick<NodeJS.Process, 'on' | 'send'>) {
    line.on('message', (message: ToProcess) => this.hear(message));
  }

  /** That of this process; always the same one. */
  static get own(): SupervisorLink {
    return (this.ofProcess ??= new SupervisorLink(process));
  }

  /** Has `stop` called when the process is to end in order. */
  onStop(stop: () => void): void {
    this.stop = stop;
  }

  /** Has `hangUp` called when the log file is to be opened anew. */
  onHangUp(hangUp: () => void): void {
    this.hangUp = hangUp;
  }

  /** Tells that the process takes requests at this address. */
  serving(url: string): void {
    this.say({ type: 'serving', url });
  }

  /** Has the supervisor told the metrics of this process whenever it wants them. */
  onReport(report: () => Promise<readonly object[]>): void {
    this.report = report;
  }

  /** The metrics of all processes, in the text format of Prometheus; `undefined` when they do not come in time. */
  metricsOfAll(): Promise<string | undefined> {
    const id = (this.asked += 1);
    return new Promise((resolve) => {
      const answered = (text: string | undefined): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(text);
      };
      const timer = setTimeout(() => answered(undefined), PATIENCE);
      this.waiting.set(id, answered);
      this.say({ type: 'metrics', id });
    });
  }

  private hear(message: ToProcess): void {
    switch (message.type) {
      case 'stop':
        this.stop?.();
        break;
      case 'hangUp':
        this.hangUp?.();
        break;
      case 'ping':
        this.say({ type: 'pong' });
        break;
      case 'report':
        // What cannot be told is asked for again with the next reading.
        void this.report?.().then(
          (values) => this.say({ type: 'report', id: message.id, values }),
          () => undefined,
        );
        break;
      case 'metrics':
        this.waiting.get(message.id)?.(message.text);
        break;
    }
  }

  /** Never fails: a process whose supervisor is gone is ended by Node. */
  private say(message: ToSupervisor): void {
    this.line.send?.(message, undefined, undefined, () => undefined);
  }
}
