import { randomUUID } from 'node:crypto';
import { type RedisConfig } from '../../config';
import { type LuaScript } from './lua-script';
import { RedisConnection } from './redis-connection';
import { TookTooLong, within } from './within';

/** Milliseconds that a read waits for Redis before it goes on without it. */
export const READ_PATIENCE = 40;

/** So often a server may be late before it counts as too slow for reads. */
const TRIES = 3;

/**
 * Connections to one process of Redis, from when all of them have been made until the first of them breaks.
 * There is no reconnecting within a session: what answers on the next connection may be another server, or
 * the same one with its memory of an earlier time.
 */
export class RedisSession {
  private turn = 0;

  private constructor(
    /** For what every request waits for: small commands. */
    readonly control: RedisConnection,
    private readonly others: readonly RedisConnection[],
    /** Names the process that answers, `run_id` of `INFO`; `undefined` where the server does not tell. */
    readonly serverId: string | undefined,
  ) {}

  /**
   * Connects, and tries whether the server takes writes (one that is out of memory or a replica does not) and
   * answers as soon as reads need it.
   * @param scripts loaded into the server
   * @param onEnd told when a connection of the session breaks
   * @throws when the server cannot be used, within `config.socketTimeout`
   */
  static async open(
    config: RedisConfig,
    scripts: readonly LuaScript[],
    onEnd: (reason: Error) => void,
  ): Promise<RedisSession> {
    const connections = Array.from(
      { length: config.maxConnections },
      () => new RedisConnection(config, onEnd),
    );
    const [control, ...others] = connections as [RedisConnection, ...RedisConnection[]];
    const opening = async (): Promise<string | undefined> => {
      const ids = await Promise.all(connections.map((each) => connect(each)));
      if (ids.some((id) => id !== ids[0])) throw new Error('Its connections lead to different servers');
      await prepare(control, config, scripts);
      return ids[0];
    };
    try {
      return new RedisSession(control, others, await within(opening(), config.socketTimeout));
    } catch (error) {
      for (const connection of connections) connection.close();
      throw error;
    }
  }

  /** For large values, which would hold up the small commands behind them. */
  get bodies(): RedisConnection {
    this.turn += 1;
    return this.others[this.turn % this.others.length] ?? this.control;
  }

  /** All of them. */
  get connections(): readonly RedisConnection[] {
    return [this.control, ...this.others];
  }

  /** Cuts all connections; what they were asked fails. */
  close(): void {
    for (const connection of this.connections) connection.close();
  }
}

/** Connects, and gives the name of the server's process. */
const connect = async (connection: RedisConnection): Promise<string | undefined> => {
  await connection.open();
  const info = await connection.client.sendCommand<string>(['INFO', 'server']).catch(() => '');
  return /^run_id:(\w+)/m.exec(info)?.[1];
};

const prepare = async (
  { client }: RedisConnection,
  config: RedisConfig,
  scripts: readonly LuaScript[],
): Promise<void> => {
  const probe = `${config.keyPrefix}probe:${randomUUID()}`;
  await Promise.all([
    client.sendCommand(['SET', probe, '', 'PX', '1000']),
    ...scripts.map(({ text }) => client.sendCommand(['SCRIPT', 'LOAD', text])),
  ]);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await within(client.sendCommand(['PING']), READ_PATIENCE);
      return;
    } catch (error) {
      if (!(error instanceof TookTooLong) || attempt === TRIES) throw error;
    }
  }
};
