import { createClient } from '@redis/client';
import { randomUUID } from 'node:crypto';
import { type RedisConfig } from '../../config';
import { type LuaScript } from './lua-script';
import { within } from './within';

/** One connection to Redis. */
export type RedisClient = ReturnType<typeof createClient>;

/**
 * Connections to one process of Redis, from when all of them have been made until the first of them breaks.
 * There is no reconnecting within a session: what answers on the next connection may be another server, or
 * the same one with its memory of an earlier time.
 */
export class RedisSession {
  private constructor(
    /** For what every request waits for: small commands. */
    readonly control: RedisClient,
    private readonly others: readonly RedisClient[],
    /** Names the process that answers, `run_id` of `INFO`; `undefined` where the server does not tell. */
    readonly serverId: string | undefined,
  ) {}

  /**
   * Connects, and tries whether the server takes writes: one that is out of memory or a replica does not.
   * @param scripts loaded into the server
   * @param onEnd told once when a connection of the session breaks
   * @throws when the server cannot be used, within `config.socketTimeout`
   */
  static async open(
    config: RedisConfig,
    scripts: readonly LuaScript[],
    onEnd: (reason: Error) => void,
  ): Promise<RedisSession> {
    const control = newClient(config, onEnd);
    const others = Array.from({ length: config.maxConnections - 1 }, () => newClient(config, onEnd));
    const clients = [control, ...others];
    try {
      const opening = Promise.all(clients.map((client) => connect(client, config, scripts)));
      const [serverId, ...otherIds] = await within(opening, config.socketTimeout);
      if (otherIds.some((other) => other !== serverId)) {
        throw new Error('Its connections lead to different servers');
      }
      return new RedisSession(control, others, serverId);
    } catch (error) {
      clients.forEach(destroy);
      throw error;
    }
  }

  /** For large values, which would hold up the small commands behind them. */
  get bodies(): RedisClient {
    this.turn += 1;
    return this.others[this.turn % this.others.length] ?? this.control;
  }

  private turn = 0;

  /** Cuts all connections; what they were asked fails. */
  close(): void {
    destroy(this.control);
    this.others.forEach(destroy);
  }
}

const newClient = (config: RedisConfig, onEnd: (reason: Error) => void): RedisClient => {
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
  client.on('error', onEnd);
  client.on('end', () => onEnd(new Error('Redis closed the connection')));
  return client as RedisClient;
};

const connect = async (
  client: RedisClient,
  config: RedisConfig,
  scripts: readonly LuaScript[],
): Promise<string | undefined> => {
  await client.connect();
  const info = await client.sendCommand<string>(['INFO', 'server']).catch(() => '');
  await client.sendCommand(['SET', `${config.keyPrefix}probe:${randomUUID()}`, '', 'PX', '1000']);
  for (const { text } of scripts) await client.sendCommand(['SCRIPT', 'LOAD', text]);
  return /^run_id:(\w+)/m.exec(info)?.[1];
};

const destroy = (client: RedisClient): void => {
  try {
    client.destroy();
  } catch {
    // It has ended by itself.
  }
};
