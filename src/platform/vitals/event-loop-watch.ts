import { monitorEventLoopDelay, performance, type EventLoopUtilization } from 'node:perf_hooks';
import { type Vitals } from './vitals';

/** Milliseconds between the timers by which Node measures how late the event loop is. */
const RESOLUTION = 20;

const NANOSECONDS = 1e6;

/** Measures how late the event loop is, and how much it has to do, between one look and the next. */
export class EventLoopWatch {
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();
  private lastLook = performance.now();

  start(): void {
    this.delays.enable();
  }

  stop(): void {
    this.delays.disable();
  }

  /** What was since the last look. */
  look(): Vitals['eventLoop'] {
    const now = performance.now();
    const elapsed = now - this.lastLook;
    this.lastLook = now;
    const before = this.utilization;
    this.utilization = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(this.utilization, before);
    return { ...this.lateness(elapsed), utilization: 100 * utilization };
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
