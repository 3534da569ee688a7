import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { type RedisConfig } from '../../config';
import { type LuaScript } from './lua-script';
import { type RedisClient, type RedisConnection } from './redis-connection';
import { RedisSession } from './redis-session';
import { TookTooLong, within } from './within';

/** Redis cannot be used now; whoever asks goes on without it. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

/** Who wants to know when Redis comes and goes. */
export type LinkListener = (session: RedisSession | undefined) => void;

/** Between attempts to reach a Redis that is away. Milliseconds; doubled from the first to the last. */
const RETRY_AFTER = { first: 100, most: 2_000 };

/** A session that lasted less is of a Redis that comes and goes: it is tried ever more seldom. Milliseconds. */
const STEADY = 10_000;

/** Whether an error is about one key, not about Redis: somebody else's value is there. */
const isOfValue = (error: Error): boolean =>
  error instanceof SyntaxError || error.message.startsWith('WRONGTYPE');

/**
 * The one way to Redis. While Redis answers there is a session; when it breaks, stays silent, or refuses for
 * want of memory or quota, the breaker opens: every call fails at once, and a new session is tried in the
 * background until one works. Each change of state is logged once. Commands are counted.
 */
export class RedisLink implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly listeners: LinkListener[] = [];
  private readonly scripts = new Map<string, LuaScript>();
  private readonly counted = new Map<string, number>();
  private current: RedisSession | undefined;
  private opening: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private retryAfter = RETRY_AFTER.first;
  private healthCheck: NodeJS.Timeout | undefined;
  private openedAt = 0;
  private toldAway = false;
  private lost = 0;
  private ended = false;

  constructor(readonly config: RedisConfig) {}

  /** The session, while Redis can be used. */
  get session(): RedisSession | undefined {
    return this.current;
  }

  /** How often each command was sent, by its name. */
  get commands(): ReadonlyMap<string, number> {
    return this.counted;
  }

  /** How often the breaker has opened: Redis was lost, or not there at the start. */
  get losses(): number {
    return this.lost;
  }

  /** Makes scripts known; before `start`. */
  use(...scripts: LuaScript[]): void {
    for (const script of scripts) this.scripts.set(script.sha, script);
  }

  /** Calls `listener` at each change of state from now on, before anybody can use the new one. */
  onChange(listener: LinkListener): void {
    this.listeners.push(listener);
  }

  /** Tries to reach Redis once, as long as `REDIS_SOCKET_TIMEOUT`; a Redis that is away is tried again later. */
  async start(): Promise<void> {
    this.healthCheck = setInterval(() => this.checkIdle(), this.config.healthCheckInterval);
    this.healthCheck.unref();
    await this.open();
  }

  /**
   * Runs a script.
   * @param patience milliseconds until the caller goes on without the answer
   * @throws RedisAway
   */
  async run<Reply>(script: LuaScript, parameters: readonly string[], patience: number): Promise<Reply> {
    const command = ['EVALSHA', script.sha, String(script.keys), ...parameters];
    return this.call(this.current?.control, script.label, patience, (client) =>
      client.sendCommand<Reply>(command).catch((error: unknown) => {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        // Somebody emptied the server's scripts: this sends it with its text, which loads it again.
        return client.sendCommand<Reply>(['EVAL', script.text, ...command.slice(2)]);
      }),
    );
  }

  /** Does something with large values. @throws RedisAway */
  async withBodies<T>(
    label: string,
    patience: number,
    work: (client: RedisClient) => Promise<T>,
  ): Promise<T> {
    return this.call(this.current?.bodies, label, patience, work);
  }

  /** Ends the session and tries no more: after the last requests, which announce their writes here. */
  onApplicationShutdown(): void {
    this.ended = true;
    clearTimeout(this.retry);
    clearInterval(this.healthCheck);
    this.current?.close();
    this.current = undefined;
  }

  private async call<T>(
    connection: RedisConnection | undefined,
    label: string,
    patience: number,
    work: (client: RedisClient) => Promise<T>,
  ): Promise<T> {
    const session = this.current;
    if (session === undefined || connection === undefined) throw new RedisAway('Redis is away');
    this.counted.set(label, (this.counted.get(label) ?? 0) + 1);
    connection.usedAt = performance.now();
    try {
      const reply = await within(work(connection.client), patience);
      connection.answered();
      return reply;
    } catch (error) {
      const reason = error as Error;
      // A refusal opens the breaker at once, silence when it lasts.
      const lost =
        reason instanceof TookTooLong
          ? connection.stayedSilent(patience) || patience >= this.config.socketTimeout
          : !isOfValue(reason);
      if (lost) this.lose(session, reason);
      throw new RedisAway(`Redis: ${reason.message}`, { cause: error });
    }
  }

  private lose(session: RedisSession, reason: Error): void {
    if (session !== this.current) return;
    this.current = undefined;
    if (performance.now() - this.openedAt > STEADY) this.retryAfter = RETRY_AFTER.first;
    session.close();
    this.sayAway(reason);
    this.tell();
    this.tryAgain();
  }

  private async open(): Promise<void> {
    this.opening ??= this.openSession().finally(() => (this.opening = undefined));
    await this.opening;
  }

  private async openSession(): Promise<void> {
    let broken: Error | undefined;
    let opened: RedisSession | undefined;
    try {
      opened = await RedisSession.open(this.config, [...this.scripts.values()], (reason) => {
        broken ??= reason;
        if (opened !== undefined) this.lose(opened, reason);
      });
    } catch (error) {
      this.sayAway(error as Error);
      this.tryAgain();
      return;
    }
    if (this.ended || broken !== undefined) {
      opened.close();
      if (!this.ended) this.tryAgain();
      return;
    }
    this.current = opened;
    this.openedAt = performance.now();
    this.logger.log(this.toldAway ? 'Redis is back' : 'Redis is there');
    this.toldAway = false;
    this.tell();
  }

  private tryAgain(): void {
    if (this.ended) return;
    clearTimeout(this.retry);
    // Spread, so that many instances do not come back in the same moment.
    const delay = this.retryAfter * (0.5 + Math.random() / 2);
    this.retryAfter = Math.min(this.retryAfter * 2, RETRY_AFTER.most);
    this.retry = setTimeout(() => void this.open(), delay);
    this.retry.unref();
  }

  private checkIdle(): void {
    const idleSince = performance.now() - this.config.healthCheckInterval / 2;
    const { socketTimeout } = this.config;
    for (const connection of this.current?.connections ?? []) {
      if (connection.usedAt > idleSince) continue;
      this.call(connection, 'ping', socketTimeout, (client) => client.sendCommand(['PING'])).catch(
        () => undefined,
      );
    }
  }

  private sayAway(reason: Error): void {
    if (this.toldAway || this.ended) return;
    this.toldAway = true;
    this.lost += 1;
    this.logger.warn(`Redis is away (${reason.message}): going on without it`);
  }

  private tell(): void {
    for (const listener of this.listeners) listener(this.current);
  }
}
