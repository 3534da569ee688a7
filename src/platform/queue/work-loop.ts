import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { sqlState, type Database } from '../database';
import { Alarm } from './alarm';
import { pauseAfter, type DatabaseWatch } from './database-watch';
import { type Handler } from './handlers';
import { untilNextLook } from './look-times';
import { LEASE, NEXT_DUE, RENEW } from './queue.statements';
import { type QueueStore } from './queue-store';
import { type Upkeep } from './upkeep';
import { WorkEndings } from './work-endings';
import { WorkRun, type Outcome, type Piece } from './work-run';

/** Seconds that others leave alone what this process could not bring to an end: it may be at it a moment longer. */
const AFTERGLOW = 5;

/** Between two attempts to write down how work ended while the database is away. Milliseconds. */
const SETTLE_AGAIN = 1_000;

/** Another piece of a `singleton` queue is under way. */
const UNIQUE_VIOLATION = '23505';

interface NextDue {
  [column: string]: unknown;
  name: string;
  known: boolean;
  dueIn: number | null;
}

/** What the loop stands on. */
export interface LoopSurroundings {
  store: QueueStore;
  database: Database;
  watch: DatabaseWatch;
  upkeep: Upkeep;
  /** Milliseconds. */
  pollInterval: number;
  /** Most pieces of work at once, of all kinds. */
  slots: number;
}

/**
 * Takes work that is due and has it done. One statement looks for all kinds of work; it is sent when the interval is
 * over, when work that was put off is due, when a place becomes free, and when work is sent in this process.
 */
export class WorkLoop {
  private readonly logger = new Logger('Worker');
  private readonly alarm = new Alarm();
  private readonly endings: WorkEndings;
  private readonly running = new Map<WorkRun, Promise<void>>();
  private readonly unknown = new Set<string>();
  private readonly stopping = new AbortController();
  private renewal: NodeJS.Timeout | undefined;
  private turn = 0;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly handlers: ReadonlyMap<string, Handler>,
    private readonly on: LoopSurroundings,
  ) {
    this.endings = new WorkEndings(on.store, on.database);
  }

  /** Looks for work now. */
  wake(): void {
    this.alarm.ring();
  }

  /** Takes no more work, and tells what is under way to end. */
  stop(): void {
    this.stopping.abort();
    for (const run of this.running.keys()) run.stop();
    this.alarm.ring();
  }

  /** Works until it is stopped. */
  run(): Promise<void> {
    this.looking = this.lookUntilStopped();
    return this.looking;
  }

  /**
   * Resolves when what was under way at the stop has ended, or after so many milliseconds; what has not ended is then left
   * to other workers.
   */
  async end(grace: number): Promise<void> {
    const stopped = new AbortController();
    const over = delay(grace, undefined, { signal: stopped.signal }).catch(() => undefined);
    // What was being taken at the stop belongs to it.
    const ended = this.looking.then(() => Promise.all(this.running.values()));
    await Promise.race([ended, over]);
    stopped.abort();
    clearInterval(this.renewal);
    const left = [...this.running.keys()];
    await Promise.allSettled(left.map(({ piece }) => this.endings.release(piece, AFTERGLOW)));
  }

  private async lookUntilStopped(): Promise<void> {
    this.renewal = setInterval(() => void this.renew(), (LEASE / 3) * 1000);
    let failures = 0;
    while (!this.stops()) {
      let pause: number;
      try {
        pause = await this.look();
        this.on.watch.answered();
        failures = 0;
      } catch (error) {
        pause = pauseAfter(++failures);
        if (!this.on.watch.failed(error)) this.logger.error({ err: error }, 'Looking for work failed');
      }
      if (!this.stops()) await this.alarm.sleep(pause);
    }
  }

  private stops(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Gives after how many milliseconds to look again. */
  private async look(): Promise<number> {
    await this.on.upkeep.whenDue();
    const open = this.inTurn().filter(({ work }) => this.placesFor(work.name, work.concurrency) > 0);
    if (open.length === 0) return untilNextLook(this.on.pollInterval);
    const found = await this.on.database.read<NextDue>(NEXT_DUE, [open.map(({ work }) => work.name)]);
    let pause = untilNextLook(this.on.pollInterval);
    for (const { name, known, dueIn } of found) {
      if (!known) this.complain(name);
      if (dueIn !== null && dueIn > 0) pause = Math.min(pause, Math.ceil(dueIn) + 1);
      const handler = this.handlers.get(name);
      if (dueIn !== null && dueIn <= 0 && handler !== undefined) await this.take(handler);
    }
    return pause;
  }

  /** Every kind of work is looked after first now and then. */
  private inTurn(): Handler[] {
    const all = [...this.handlers.values()];
    const at = this.turn++ % Math.max(1, all.length);
    return [...all.slice(at), ...all.slice(0, at)];
  }

  private placesFor(name: string, concurrency: number): number {
    let same = 0;
    for (const { piece } of this.running.keys()) if (piece.name === name) same += 1;
    return Math.min(concurrency - same, this.on.slots - this.running.size);
  }

  private async take(handler: Handler): Promise<void> {
    const { name, concurrency } = handler.work;
    const places = this.placesFor(name, concurrency);
    if (places <= 0 || this.stops()) return;
    for (const piece of await this.fetch(name, places)) {
      const run = new WorkRun(piece, handler);
      this.running.set(run, this.perform(run));
      // It was asked for before the stop, and has come after it.
      if (this.stops()) run.stop();
    }
  }

  /** pg-boss takes every error for one that is expected, also that there is no database. */
  private async fetch(name: string, batchSize: number): Promise<Piece[]> {
    const failures: unknown[] = [];
    const executeSql = async (text: string, values: unknown[]): Promise<{ rows: object[] }> => {
      try {
        return await this.on.store.execute(text, values);
      } catch (error) {
        if (sqlState(error) !== UNIQUE_VIOLATION) failures.push(error);
        throw error;
      }
    };
    const pieces = await this.on.store.boss.fetch<object>(name, {
      batchSize,
      includeMetadata: true,
      db: { executeSql },
    });
    if (failures.length > 0) throw failures[0];
    return pieces;
  }

  private async perform(run: WorkRun): Promise<void> {
    const outcome = await run.perform();
    await this.settle(run.piece, outcome);
    this.running.delete(run);
    this.alarm.ring();
  }

  /** Writes down how it ended, as soon as the database takes it; after its lease it is another's. */
  private async settle(piece: Piece, outcome: Outcome): Promise<void> {
    const patience = performance.now() + LEASE * 1000;
    for (;;) {
      try {
        await this.endings.note(piece, outcome);
        return;
      } catch (error) {
        const away = this.on.watch.failed(error);
        if (!away)
          this.logger.error({ err: error, work: piece.name, id: piece.id }, 'The end of work was not noted');
        if (!away || this.stops() || performance.now() > patience) return;
        await delay(SETTLE_AGAIN);
      }
    }
  }

  private async renew(): Promise<void> {
    const runs = [...this.running.keys()];
    if (runs.length === 0) return;
    try {
      const pieces = runs.map(({ piece }) => piece);
      const values = [
        pieces.map(({ name }) => name),
        pieces.map(({ id }) => id),
        pieces.map(({ retryCount }) => retryCount),
      ];
      const own = new Set((await this.on.database.query<{ id: string }>(RENEW, values)).map(({ id }) => id));
      for (const run of runs) if (!own.has(run.piece.id) && this.running.has(run)) run.lose();
    } catch (error) {
      if (!this.on.watch.failed(error))
        this.logger.error({ err: error }, 'Leases of work could not be renewed');
    }
  }

  private complain(name: string): void {
    if (this.unknown.has(name)) return;
    this.unknown.add(name);
    this.logger.error(`There is no queue ${name}: a migration has to make it`);
  }
}
