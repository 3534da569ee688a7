import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { AppConfig } from '../../../config';
import { READ_PATIENCE, within } from '../../redis';
import { ENTER, LEAVE, LOOK, RENEW } from './presence.statements';
import { PresenceConnection } from './presence-connection';
import { Stay } from './stay';

/** How long the leave to serve from the cache holds. Milliseconds. */
const LEASE = 3_000;

/** Timers may fire early, clocks may run at different rates. Milliseconds. */
const MARGIN = 50;

/** The lease is renewed when it is used and older than this. Milliseconds. */
const RENEW_AFTER = 500;

/** How long the entry counts as seen by others; well below the time after which they take it for dead. Milliseconds. */
const PRESENT = 5_000;

interface Look {
  generation: string;
  company: boolean;
  strangers: boolean;
}

/** Where this process announces its writes, from one time that it entered until the next. */
export interface Standing {
  /** `null`: nowhere. */
  readonly channel: string | null;
  /** Counts the times that it entered. */
  readonly turn: number;
  /** Counts the times that others may have taken it for dead before. */
  readonly lapses: number;
}

/**
 * Who else works on this database, and whether this process may serve from its cache. Each process enters
 * itself with the channel that it announces its writes on. While all that are alive share one channel, each
 * may serve from the cache, on a lease of 3 s; as soon as one announces elsewhere or nowhere, none may. One
 * who changes its channel waits, before its next write, until the leases have run out that were given before.
 * Leases are measured on the monotonic clock of the process that holds one.
 *
 * Nothing runs while nobody asks, but for a minute where someone announces elsewhere: a process that lapsed would let that
 * one serve from its cache, and its next write would have to wait for the lease. Who stays entered need not wait.
 */
@Injectable()
export class CachePresence implements OnApplicationShutdown {
  /** Beside strangers. */
  readonly stay = new Stay(() => this.keep());
  private readonly logger = new Logger('Cache');
  private readonly id = randomUUID();
  private readonly connection: PresenceConnection;
  private now: Standing = { channel: null, turn: 0, lapses: 0 };
  /** Whether the next time it enters has to replace the generation, because it could not be done before. */
  private owesGeneration = false;
  /** How often it was suspended, and how many of these are over. */
  private suspensions = 0;
  private resumed = 0;
  private lease = { generation: '', until: -Infinity };
  private presentUntil = -Infinity;
  private settledAt = Infinity;
  private renewedAt = -Infinity;
  private queue: Promise<void> = Promise.resolve();
  private renewing: Promise<void> | undefined;
  private strangers = false;
  private company = false;

  constructor(config: AppConfig) {
    this.connection = new PresenceConnection(config.database);
  }

  /** What every answer cached now carries; `undefined`: per-user answers may not come from the cache now. */
  generation(): string | undefined | Promise<string | undefined> {
    const now = performance.now();
    this.stay.needed(now);
    const renewing = now - this.renewedAt > RENEW_AFTER ? this.renew().catch(() => undefined) : undefined;
    if (now < this.lease.until) return this.lease.generation;
    return renewing === undefined ? undefined : this.soon(renewing);
  }

  /** As `generation`, without waiting for the database. */
  private leased(): string | undefined {
    return performance.now() < this.lease.until ? this.lease.generation : undefined;
  }

  private soon(renewing: Promise<void>): Promise<string | undefined> {
    return within(renewing, READ_PATIENCE).then(
      () => this.leased(),
      () => undefined,
    );
  }

  /**
   * Enters with another channel, `null` for none.
   * @param replace whether nothing that has been cached so far may be used again, by anyone
   * @throws what the database throws; entering is then tried again by whoever next needs it
   */
  async announceOn(channel: string | null, replace: boolean): Promise<void> {
    const { suspensions } = this;
    await this.exclusively(() => {
      // What suspends it while this waits for its turn is not over by it.
      this.resumed = suspensions;
      return this.enter(channel, replace);
    });
  }

  /** Where writes are to be announced, from before others are told of it. */
  get standing(): Standing {
    return this.now;
  }

  /** Holds no lease until `announceOn`: what the versions come from is not what it was. */
  suspend(): void {
    this.suspensions += 1;
    this.lease.until = -Infinity;
  }

  /**
   * Makes everything that has been cached so far unusable, for everyone, and resolves when nobody serves it
   * any more. @throws what the database throws; it is then done when this process next enters
   */
  async overrule(): Promise<void> {
    await this.exclusively(() => this.enter(this.now.channel, true));
    if (this.company) await delay(LEASE + MARGIN);
  }

  /**
   * Resolves when a write may begin, with where it is to be announced: others know of this, and the leases have
   * run out that were given before they did.
   * @throws what the database throws
   */
  beforeWrite(): Standing | Promise<Standing> {
    const now = performance.now();
    this.stay.needed(now);
    if (now - this.renewedAt > RENEW_AFTER) this.keep();
    return this.settled ? this.now : this.settle();
  }

  /** Whether others have seen this process without a gap since then, so that nobody has taken it for dead. */
  async seenSince({ lapses }: Standing): Promise<boolean> {
    if (!this.present) await this.renew();
    return this.now.lapses === lapses;
  }

  /** Resolves when the leases have run out that were given before it entered; at once if it has not. */
  async leasesEnded(): Promise<void> {
    const remaining = this.settledAt - performance.now();
    if (Number.isFinite(remaining) && remaining > 0) await delay(remaining + MARGIN);
  }

  /** Stays entered while a write takes its time. */
  keep(): void {
    void this.renew().catch(() => undefined);
  }

  /** Whether this process counts as seen by others. */
  private get present(): boolean {
    return performance.now() < this.presentUntil;
  }

  private get settled(): boolean {
    return this.present && performance.now() >= this.settledAt;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stay.end();
    await this.exclusively(() => this.connection.query(LEAVE, [this.id])).catch(() => undefined);
    await this.connection.close();
  }

  private async settle(): Promise<Standing> {
    while (!this.settled) {
      if (!this.present || this.settledAt === Infinity) await this.renew();
      // It may enter anew meanwhile, and then it is to be waited for again.
      const remaining = this.settledAt - performance.now();
      if (Number.isFinite(remaining) && remaining > 0) await delay(remaining);
    }
    return this.now;
  }

  private renew(): Promise<void> {
    this.renewing ??= this.exclusively(() => this.look()).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async look(): Promise<void> {
    const sentAt = (this.renewedAt = performance.now());
    const { channel } = this.now;
    const [found] = await this.connection.query<Look & { present: boolean }>(RENEW, [this.id, channel]);
    // An entry that failed half-way is made again.
    if (this.settledAt === Infinity || found === undefined) return this.enter(channel, false);
    if (!found.present) {
      this.now = { ...this.now, lapses: this.now.lapses + 1 };
      return this.enter(channel, false);
    }
    this.presentUntil = sentAt + PRESENT;
    this.judge(found, sentAt);
  }

  private async enter(channel: string | null, replace: boolean): Promise<void> {
    const { turn, lapses } = this.now;
    this.now = { channel, turn: turn + 1, lapses };
    this.owesGeneration ||= replace;
    this.lease.until = -Infinity;
    this.settledAt = Infinity;
    const enteredAt = (this.renewedAt = performance.now());
    await this.connection.query(ENTER, [this.id, channel, this.owesGeneration]);
    this.owesGeneration = false;
    const sentAt = performance.now();
    const [found] = await this.connection.query<Look>(LOOK, [this.id, channel]);
    if (found === undefined) throw new Error('The table cache_generation has no row');
    this.presentUntil = enteredAt + PRESENT;
    this.settledAt = found.strangers ? performance.now() + LEASE + MARGIN : -Infinity;
    this.judge(found, sentAt);
  }

  private judge({ generation, company, strangers }: Look, sentAt: number): void {
    const leave = this.now.channel !== null && !strangers && this.suspensions === this.resumed;
    this.company = company;
    // For one that announces nowhere all others would stop caching.
    this.stay.when(strangers && this.now.channel !== null);
    this.lease = { generation, until: leave ? sentAt + LEASE : -Infinity };
    if (strangers === this.strangers) return;
    this.strangers = strangers;
    if (strangers) {
      this.logger.warn(
        'Another process on this database announces its writes elsewhere: answers are not cached until it has ' +
          'ended. Give all of them the same REDIS_URL and CACHE_KEY_PREFIX.',
      );
    } else this.logger.log('All processes on this database hear of each other: answers are cached');
  }

  /** One after the other: what is entered and what is looked for belong together. */
  private exclusively(work: () => Promise<unknown>): Promise<void> {
    const done = this.queue.then(work).then(() => undefined);
    this.queue = done.catch(() => undefined);
    return done;
  }
}
