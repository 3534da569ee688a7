import { monitorEventLoopDelay, performance, type EventLoopUtilization } from 'node:perf_hooks';
import { type Vitals } from './vitals';

/** Milliseconds between the timers by which Node measures how late the event loop is. */
const RESOLUTION = 20;

const NANOSECONDS = 1e6;

/** Looks that the longer utilization goes over. */
const WINDOW = 10;

/** Measures how late the event loop is, and how much it has to do, between one look and the next. */
export class EventLoopWatch {
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  private readonly readings: EventLoopUtilization[];
  private lastLook = performance.now();

  /** @param read for tests */
  constructor(private readonly read: () => EventLoopUtilization = () => performance.eventLoopUtilization()) {
    this.readings = [read()];
  }

  start(): void {
    this.delays.enable();
  }

  stop(): void {
    this.delays.disable();
  }

  /** What was since the last look; of the utilization also over the last ten. */
  look(): Vitals['eventLoop'] {
    const now = performance.now();
    const elapsed = now - this.lastLook;
    this.lastLook = now;
    return { ...this.lateness(elapsed), ...this.busy() };
  }

  private busy(): Pick<Vitals['eventLoop'], 'utilization' | 'recentUtilization'> {
    const current = this.read();
    const last = this.readings.at(-1) ?? current;
    this.readings.push(current);
    if (this.readings.length > WINDOW + 1) this.readings.shift();
    return {
      utilization: share(last, current),
      recentUtilization: share(this.readings[0] ?? current, current),
    };
  }

  private lateness(elapsed: number): Pick<Vitals['eventLoop'], 'mean' | 'p99' | 'max'> {
    const { delays } = this;
    const late = (measured: number): number => Math.max(0, measured - RESOLUTION);
    // Node's first timer after a reset only begins a measurement: none has ended where a single turn took all the time.
    if (delays.count === 0) {
      const all = late(elapsed);
      return { mean: all, p99: all, max: all };
    }
    const lateness = {
      mean: late(delays.mean / NANOSECONDS),
      p99: late(delays.percentile(99) / NANOSECONDS),
      max: late(delays.max / NANOSECONDS),
    };
    delays.reset();
    return lateness;
  }
}

/** Percent of the time between two readings that the event loop was at work; 0 where none has passed. */
const share = (from: EventLoopUtilization, to: EventLoopUtilization): number => {
  const active = to.active - from.active;
  const all = active + to.idle - from.idle;
  return all <= 0 ? 0 : (100 * active) / all;
};
