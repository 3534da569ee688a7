import { performance } from 'node:perf_hooks';
import { type Vitals } from './vitals';

/** Looks that the longer average goes over. */
const WINDOW = 10;

/** CPU time used so far, at one look. */
interface Reading {
  /** Milliseconds on the monotonic clock. */
  readonly at: number;
  /** Milliseconds of CPU time of all threads. */
  readonly used: number;
}

const readProcess = (): Reading => {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), used: (user + system) / 1000 };
};

/** Measures the CPU time of the process between one look and the next, against what it may use. */
export class CpuWatch {
  private readonly readings: Reading[];

  /** @param read for tests */
  constructor(
    private readonly cpus: number,
    private readonly read: () => Reading = readProcess,
  ) {
    this.readings = [read()];
  }

  /** What was used since the last look, and over the last ten. */
  look(): Vitals['cpu'] {
    const now = this.read();
    const last = this.readings.at(-1) ?? now;
    this.readings.push(now);
    if (this.readings.length > WINDOW + 1) this.readings.shift();
    const first = this.readings[0] ?? now;
    return { percent: this.share(last, now), recentPercent: this.share(first, now), cpus: this.cpus };
  }

  private share(from: Reading, to: Reading): number {
    const available = (to.at - from.at) * this.cpus;
    // A quota lets short bursts exceed it.
    return available <= 0 ? 0 : Math.min(100, (100 * (to.used - from.used)) / available);
  }
}
