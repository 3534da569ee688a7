import { Logger } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { Alarm } from './alarm';
import { type Cron } from './cron';
import { pauseAfter, type DatabaseWatch } from './database-watch';
import { type Handler } from './handlers';
import { type QueueStore } from './queue-store';
import { type WorkQueue } from './work-queue';

/** The clock may be set, and the machine may sleep: it is looked at so often at least. Milliseconds. */
const LONGEST_SLEEP = 3_600_000;

/** Of the ids of scheduled work; arbitrary but fixed. */
const NAMESPACE = '9c1f6d0e-58b5-4d3a-9e0b-2f4f0c6a7d11';

interface Schedule {
  readonly handler: Handler;
  readonly cron: Cron;
  /** The last time that was seen to. */
  sent: number;
}

/**
 * Sends scheduled work when its time has come. Every process does so under an id that name and time determine, so that
 * it is there once. The database is asked at those times alone, and at the start: for a time that passed meanwhile.
 */
export class ScheduleLoop {
  private readonly logger = new Logger('Worker');
  private readonly alarm = new Alarm();
  private readonly schedules: Schedule[];
  private readonly stopped = new AbortController();

  constructor(
    handlers: readonly Handler[],
    private readonly store: QueueStore,
    private readonly queue: WorkQueue,
    private readonly watch: DatabaseWatch,
  ) {
    this.schedules = handlers.flatMap((handler) =>
      handler.cron === undefined ? [] : [{ handler, cron: handler.cron, sent: -Infinity }],
    );
  }

  /** Sends nothing any more. */
  stop(): void {
    this.stopped.abort();
    this.alarm.ring();
  }

  /** Sends until it is stopped. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.stops()) {
      try {
        for (const schedule of this.schedules) await this.sendIfDue(schedule);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!this.watch.failed(error)) this.logger.error({ err: error }, 'Scheduled work could not be sent');
      }
      if (!this.stops()) await this.alarm.sleep(failures > 0 ? pauseAfter(failures) : this.untilNext());
    }
  }

  private stops(): boolean {
    return this.stopped.signal.aborted;
  }

  private untilNext(): number {
    const now = new Date();
    const next = this.schedules.map(({ cron }) => cron.after(now).getTime() - now.getTime());
    return Math.min(LONGEST_SLEEP, ...next);
  }

  private async sendIfDue(schedule: Schedule): Promise<void> {
    const due = schedule.cron.upTo(new Date()).getTime();
    // Not when the clock was set back either.
    if (due <= schedule.sent) return;
    const { work } = schedule.handler;
    const id = uuidv5(`${work.name} ${new Date(due).toISOString()}`, NAMESPACE);
    // What was done long ago is not in the queue any more, but in its archive.
    const known = await this.store.boss.getJobById(work.name, id, { includeArchive: true });
    if (known === null) await this.queue.send(work, {}, { id });
    schedule.sent = due;
  }
}
