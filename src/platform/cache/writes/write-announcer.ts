import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import { AppConfig } from '../../../config';
import { Database, isConnectionFailure } from '../../database';
import { CachePresence } from '../presence';
import { freshToken } from '../versions';
import { Channel, type Mark } from './channel';

/** How often a write that takes its time says that it is still under way. Milliseconds. */
const REFRESH_AFTER = 2_000;

/** A write under way. */
interface Writer {
  readonly scope: string;
  readonly token: string;
  mark: Mark;
}

/**
 * Goes around every write of what may be cached, so that nobody is served what was there before once the
 * write has been answered. A scope is marked before its write and gets a new version after the commit. A mark
 * that nobody takes away runs out, and has taken the version with it: a process that dies in between leaves
 * nothing stale behind. Where no mark can be made, the others are first told by the database that nothing is
 * announced any more (`CachePresence`).
 */
@Injectable()
export class WriteAnnouncer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Cache');
  private readonly underWay = new Set<Writer>();
  /** The scope that the running flow has announced already. */
  private readonly announced = new AsyncLocalStorage<string>();
  private readonly listeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly presence: CachePresence,
    @Inject(Channel) private readonly channel: Channel,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // A worker apart writes nothing that is cached: it is nobody whom the others' caches would have to mind. If it does
    // write such a thing, it enters before that write, as one who announces nowhere, and they stop for a while.
    const { worker, redis } = this.config;
    if (worker.apart && redis === undefined) return;
    await this.channel.open();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.channel.close();
  }

  /** Has `listener` called after each write of this process; it must not throw. */
  onWritten(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Runs `work`, which writes data of `scope`. In a transaction that runs already, the new version is set after
   * that one's commit, else when `work` is done; in both cases before the caller of the outermost one goes on,
   * and after a rollback as well.
   * @throws what `work` throws; what the database throws when no one could be told of the write
   */
  async write<T>(scope: string, work: () => Promise<T>): Promise<T> {
    if (this.announced.getStore() === scope) return work();
    const writer = await this.begin(scope);
    if (this.database.afterTransaction((failure) => this.conclude(writer, failure))) {
      return this.announced.run(scope, work);
    }
    let failure: unknown;
    try {
      return await this.announced.run(scope, work);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.conclude(writer, failure);
    }
  }

  private async begin(scope: string): Promise<Writer> {
    const token = freshToken();
    // As what only reads: made twice, it is still one mark. Mostly it is made without asking the database.
    const mark = await this.database.reading(() => this.channel.mark(scope, token), false);
    const writer: Writer = { scope, token, mark };
    this.underWay.add(writer);
    this.timer ??= setInterval(() => this.refresh(), REFRESH_AFTER).unref();
    return writer;
  }

  /**
   * When the connection broke, the server may still be at work and commit later: until that is over, the mark stands
   * and is kept. What is read meanwhile is not cached.
   */
  private async conclude(writer: Writer, failure: unknown): Promise<void> {
    if (!isConnectionFailure(failure)) return this.end(writer);
    setTimeout(() => void this.end(writer), this.database.workEndsWithin).unref();
  }

  /** The write has been committed, or not: nothing may fail any more. */
  private async end(writer: Writer): Promise<void> {
    for (const listener of this.listeners) listener();
    this.underWay.delete(writer);
    if (this.underWay.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    const { scope, token, mark } = writer;
    try {
      const heard = (await this.channel.renew(scope, token)) || this.channel.covers(mark);
      if (!heard || !(await this.presence.seenSince(mark.standing))) await this.presence.overrule();
    } catch (error) {
      this.logger.error(
        { err: error },
        'A write could not be announced: cached answers may be old until they expire',
      );
    }
  }

  /** Keeps the marks of long writes from running out, and others from taking this process for dead. */
  private refresh(): void {
    this.presence.keep();
    for (const writer of this.underWay) {
      const { at } = writer.mark;
      if (at === undefined || !this.channel.ages(at)) continue;
      this.channel.refresh(writer.scope, writer.token).then(
        (mark) =>
          (writer.mark = {
            at: mark.at,
            standing: { ...mark.standing, lapses: writer.mark.standing.lapses },
          }),
        () => undefined,
      );
    }
  }
}
