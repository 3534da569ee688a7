import { Injectable, Logger } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Alarm } from './alarm';
import { DatabaseWatch, pauseAfter } from './database-watch';
import { type Repetition } from './handlers';
import { untilNextLook } from './look-times';
import { Wakeups } from './wakeups';

/** Pause between two runs while there has been something lately. Milliseconds. */
const BUSY_PAUSE = 1_000;

/** How long "lately" is. Milliseconds. */
const LATELY = 10_000;

/** Nudges the methods that have `@Repeated`. */
@Injectable()
export class RepeatedWork {
  constructor(private readonly wakeups: Wakeups) {}

  /**
   * Says that there is something to do for the method of that name in this process: it is run within a second. Nothing
   * happens where no worker runs. Costs next to nothing.
   */
  wake(name: string): void {
    this.wakeups.ring(`repeated:${name}`);
  }
}

/** Calls one method again and again. */
export class RepeatedLoop {
  private readonly logger = new Logger('Worker');
  private readonly alarm = new Alarm();
  private readonly stopped = new AbortController();
  private readonly rest = new Alarm();
  private busyAt = -Infinity;

  constructor(
    private readonly repetition: Repetition,
    private readonly watch: DatabaseWatch,
    /** Milliseconds. */
    private readonly pollInterval: number,
  ) {}

  /** There is something to do. */
  wake(): void {
    this.busyAt = performance.now();
    this.alarm.ring();
  }

  /** Tells a run that is under way to end, and begins no other. */
  stop(): void {
    this.stopped.abort();
    this.rest.ring();
    this.alarm.ring();
  }

  /** Runs until it is stopped and the last run has ended. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.stops()) {
      try {
        const more = await this.repetition.run(this.stopped.signal);
        this.watch.answered();
        failures = 0;
        if (more) {
          this.busyAt = performance.now();
          await nextTurn();
          continue;
        }
      } catch (error) {
        if (this.stops()) return;
        failures += 1;
        if (!this.watch.failed(error))
          this.logger.error({ err: error, work: this.repetition.name }, 'Repeated work failed');
      }
      await this.pause(failures);
    }
  }

  private stops(): boolean {
    return this.stopped.signal.aborted;
  }

  private async pause(failures: number): Promise<void> {
    if (failures > 0) return this.restFor(pauseAfter(failures));
    const lately = performance.now() - this.busyAt < LATELY;
    const ended = performance.now();
    await this.alarm.sleep(lately ? BUSY_PAUSE : untilNextLook(this.pollInterval));
    // Many wake it one after the other: it is not run for each.
    await this.restFor(BUSY_PAUSE - (performance.now() - ended));
  }

  /** A pause that nothing but the stop ends. */
  private async restFor(milliseconds: number): Promise<void> {
    if (milliseconds > 0 && !this.stops()) await this.rest.sleep(milliseconds);
  }
}
