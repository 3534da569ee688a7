import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { AppConfig } from '../../../config';
import { within } from '../../redis';
import { ENTER, LEAVE, LOOK, RENEW } from './presence.statements';
import { PresenceConnection } from './presence-connection';

/** How long the leave to serve from the cache holds. Milliseconds. */
const LEASE = 2_000;

/** Timers may fire early, clocks may run at different rates. Milliseconds. */
const MARGIN = 50;

/** The lease is renewed when it is used and older than this. Milliseconds. */
const RENEW_AFTER = 500;

/** How long the entry counts as seen by others; well below the 10 s after which they take it for dead. Milliseconds. */
const PRESENT = 5_000;

/** How long a read waits for a lease before it goes to the database. Milliseconds. */
const READ_PATIENCE = 40;

interface Look {
  generation: string;
  strangers: boolean;
}

/**
 * Who else works on this database, and whether this process may serve from its cache. Each process enters
 * itself with the channel that it announces its writes on. While all that are alive share one channel, each
 * may serve from the cache, on a lease of 2 s; as soon as one announces elsewhere or nowhere, none may. One
 * who changes its channel waits, before its next write, until the leases have run out that were given before.
 * Leases are measured on the monotonic clock of the process that holds one. Nothing runs while nobody asks.
 */
@Injectable()
export class CachePresence implements OnApplicationShutdown {
  private readonly logger = new Logger('Cache');
  private readonly id = randomUUID();
  private readonly connection: PresenceConnection;
  private announcing: string | null = null;
  private suspended = false;
  private lease = { generation: '', until: -Infinity };
  private presentUntil = -Infinity;
  private settledAt = Infinity;
  private renewedAt = -Infinity;
  private queue: Promise<void> = Promise.resolve();
  private renewing: Promise<void> | undefined;
  private strangers = false;

  constructor(config: AppConfig) {
    this.connection = new PresenceConnection(config.database);
  }

  /** What every answer cached now carries; `undefined`: per-user answers may not come from the cache now. */
  generation(): string | undefined | Promise<string | undefined> {
    const now = performance.now();
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
    await this.exclusively(() => {
      this.suspended = false;
      return this.enter(channel, replace);
    });
  }

  /** The channel that writes are to be announced on, from before others are told of it; `null`: on none. */
  get channel(): string | null {
    return this.announcing;
  }

  /** Holds no lease until `announceOn`: what the versions come from is not what it was. */
  suspend(): void {
    this.suspended = true;
    this.lease.until = -Infinity;
  }

  /** Makes everything that has been cached so far unusable, for everyone. */
  async replaceGeneration(): Promise<void> {
    await this.exclusively(() => this.enter(this.announcing, true));
  }

  /**
   * Resolves when a write may begin: others know of this process, and on which channel to hear of it.
   * @throws what the database throws
   */
  beforeWrite(): Promise<void> | undefined {
    const now = performance.now();
    if (now - this.renewedAt > RENEW_AFTER) void this.renew().catch(() => undefined);
    return now < this.presentUntil && now >= this.settledAt ? undefined : this.settle();
  }

  /** Stays entered while a write takes its time. */
  keep(): void {
    void this.renew().catch(() => undefined);
  }

  /** When this process was last seen by others without a gap; a gap may have passed for its end. */
  get present(): boolean {
    return performance.now() < this.presentUntil;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.exclusively(() => this.connection.query(LEAVE, [this.id])).catch(() => undefined);
    await this.connection.close();
  }

  private async settle(): Promise<void> {
    if (!this.present || this.settledAt === Infinity) await this.renew();
    const remaining = this.settledAt - performance.now();
    if (remaining > 0) await delay(remaining);
  }

  private renew(): Promise<void> {
    this.renewing ??= this.exclusively(() => this.look()).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async look(): Promise<void> {
    const sentAt = (this.renewedAt = performance.now());
    const [found] = await this.connection.query<Look & { present: boolean }>(RENEW, [
      this.id,
      this.announcing,
    ]);
    // An entry that failed half-way is made again.
    const entered = this.settledAt !== Infinity && found?.present === true;
    if (!entered) return this.enter(this.announcing, false);
    this.presentUntil = sentAt + PRESENT;
    this.judge(found, sentAt);
  }

  private async enter(channel: string | null, replace: boolean): Promise<void> {
    this.announcing = channel;
    this.lease.until = -Infinity;
    this.settledAt = Infinity;
    const enteredAt = (this.renewedAt = performance.now());
    await this.connection.query(ENTER, [this.id, channel, replace]);
    const sentAt = performance.now();
    const [found] = await this.connection.query<Look>(LOOK, [this.id, channel]);
    if (found === undefined) throw new Error('The table cache_generation has no row');
    this.presentUntil = enteredAt + PRESENT;
    this.settledAt = found.strangers ? performance.now() + LEASE + MARGIN : -Infinity;
    this.judge(found, sentAt);
  }

  private judge({ generation, strangers }: Look, sentAt: number): void {
    const leave = this.announcing !== null && !strangers && !this.suspended;
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
