import { createClient } from '@redis/client';
import { performance } from 'node:perf_hooks';
import { type RedisConfig } from '../../config';

/** What commands are sent by. */
export type RedisClient = ReturnType<typeof createClient>;

/** Answers that stay out in a row, over at least so many milliseconds, mean that a connection is of no use. */
const PATIENCE = { misses: 3, milliseconds: 150 };

/** One connection to Redis: made once, never made again by itself, and watched for whether it still answers. */
export class RedisConnection {
  readonly client: RedisClient;
  /** When it was last used, on the clock of `performance.now()`. */
  usedAt = performance.now();
  private connected = false;
  private closed = false;
  private silences = 0;
  private silentSince = 0;

  /** @param onEnd told when it breaks, once or more */
  constructor(config: RedisConfig, onEnd: (reason: Error) => void) {
    const client = createClient({
      url: config.url,
      name: 'jobtrail',
      disableOfflineQueue: true,
      // A caller that waits no longer leaves its command in the queue.
      commandsQueueMaxLength: 20_000,
      socket: {
        connectTimeout: config.socketTimeout,
        reconnectStrategy: false,
        keepAlive: true,
        noDelay: true,
      },
    });
    this.client = client as RedisClient;
    client.on('error', onEnd);
    client.on('end', () => onEnd(new Error('Redis closed the connection')));
    client.on('connect', () => {
      this.connected = true;
      if (this.closed) this.destroy();
    });
  }

  /** Connects. @throws when it cannot, or has been closed meanwhile */
  async open(): Promise<void> {
    await this.client.connect();
    // Its other users connect clients that are closed; what would answer then may be another server.
    this.client.connect = () => Promise.reject(new Error('The connection to Redis has ended'));
  }

  /** It has answered. */
  answered(): void {
    this.silences = 0;
  }

  /** An answer stayed out that long. Gives whether it is to be given up. */
  stayedSilent(milliseconds: number): boolean {
    const now = performance.now();
    if (this.silences === 0) this.silentSince = now - milliseconds;
    this.silences += 1;
    return this.silences >= PATIENCE.misses && now - this.silentSince >= PATIENCE.milliseconds;
  }

  /** Cuts it; what it was asked fails. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    // The client forgets a socket that is still connecting, and would keep it when it has connected.
    if (this.connected) this.destroy();
  }

  private destroy(): void {
    try {
      this.client.destroy();
    } catch {
      // It has ended by itself.
    }
  }
}
