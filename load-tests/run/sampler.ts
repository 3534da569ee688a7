import { cpus } from 'node:os';
import { parseMetrics } from '../../test/support/metrics/scrape';
import { sampleOf, type OtherFigures, type Sample } from '../report/sample';

/** Time between two samples. Milliseconds. */
const INTERVAL = 1000;

/** Share of all processors' time since the machine started that was not idle, as two sums in milliseconds. */
const machineTimes = (): { busy: number; all: number } => {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, time) => total + time, 0);
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
};

/** Reads the program's `/metrics` each second until it is stopped. */
export class Sampler {
  readonly samples: Sample[] = [];
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly token: string,
    /** Read with each sample. */
    private readonly others: () => OtherFigures = () => ({}),
  ) {}

  async start(): Promise<void> {
    await this.read();
    this.timer = setInterval(() => {
      // One at a time: what a program that is slow to answer missed is not asked for in one go afterwards.
      this.reading ??= this.read().finally(() => (this.reading = undefined));
    }, INTERVAL);
  }

  async stop(): Promise<Sample[]> {
    clearInterval(this.timer);
    await this.reading;
    return this.samples;
  }

  /** A program that does not answer leaves a gap, which the report shows. */
  private async read(): Promise<void> {
    try {
      const answer = await fetch(`${this.url}/metrics`, {
        headers: { authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(5000),
      });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
      this.samples.push({ ...sampleOf(parseMetrics(text), Date.now(), machineTimes()), ...this.others() });
    } catch (error) {
      console.error(`No sample: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
