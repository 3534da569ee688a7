import { textOfAll, valuesOfAll } from '../../platform/metrics/aggregate';

/** Milliseconds that the slowest process has to tell its metrics; it waits for figures of Postgres for a second itself. */
const PATIENCE = 2_500;

/** A process that can be asked. */
export interface Reporter {
  readonly id: number;
  /** Asks for its metrics; they come as `reported` with the same number. */
  ask(reportId: number): void;
}

/**
 * The metrics of several processes as those of one. No counter ever falls: of a process that does not answer in time
 * the numbers of the last time are taken, and what one that has ended had counted by then stays in the sums. (Prometheus
 * takes a counter that falls for one that has begun anew, and would count all of the others' a second time.)
 */
export class GatheredMetrics {
  private readonly latest = new Map<number, readonly object[]>();
  /** What processes that have ended had counted; summed up when somebody asks. */
  private ended: readonly (readonly object[])[] = [];
  private reports = 0;
  private readonly waiting = new Map<number, (from: number, values: readonly object[]) => void>();
  private underWay: Promise<string> | undefined;

  /**
   * @param processes those that serve now
   * @param own what the supervisor adds
   * @param patience milliseconds; for tests
   */
  constructor(
    private readonly processes: () => readonly Reporter[],
    private readonly own: () => readonly object[],
    private readonly patience = PATIENCE,
  ) {}

  /** The metrics of all, in the text format of Prometheus. Who asks while they are gathered gets the same. */
  text(): Promise<string> {
    this.underWay ??= this.gather().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  /** A process has told its metrics. */
  reported(from: number, reportId: number, values: readonly object[]): void {
    this.waiting.get(reportId)?.(from, values);
  }

  /** A process has ended: what it had counted when it was last asked is kept. */
  end(id: number): void {
    const values = this.latest.get(id);
    if (values === undefined) return;
    this.latest.delete(id);
    this.ended = [...this.ended, values.filter(isTotal)];
  }

  private async gather(): Promise<string> {
    await this.askAll();
    const { ended } = this;
    const text = await textOfAll([this.own(), ...ended, ...this.latest.values()]);
    // Others may have ended meanwhile.
    if (ended.length > 1) this.ended = [await valuesOfAll(ended), ...this.ended.slice(ended.length)];
    return text;
  }

  private askAll(): Promise<void> {
    const processes = this.processes();
    const missing = new Set(processes.map(({ id }) => id));
    if (missing.size === 0) return Promise.resolve();
    const reportId = (this.reports += 1);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(reportId);
        resolve();
      };
      const timer = setTimeout(done, this.patience);
      this.waiting.set(reportId, (from, values) => {
        this.latest.set(from, values);
        missing.delete(from);
        if (missing.size === 0) done();
      });
      for (const reporter of processes) reporter.ask(reportId);
    });
  }
}

const isTotal = (metric: object): boolean =>
  'type' in metric && (metric.type === 'counter' || metric.type === 'histogram');
