import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { type QueryEnd, type QueryListener } from './query-end';
import { WatchedClient } from './watched-client';

/** A connection that idled longer than this is asked whether it still lives before it is lent. Milliseconds. */
const VERIFY_AFTER_IDLE = 10_000;

/** How long that question may take before the connection counts as dead. Milliseconds. */
const VERIFY_TIMEOUT = 500;

type ConnectCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void;

/** While a connection is lent, the pool does not listen for its errors; without any listener they end the process. */
const ignore = (): void => undefined;

const answers = async (client: PoolClient): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), VERIFY_TIMEOUT);
  });
  try {
    return await Promise.race([client.query('SELECT 1').then(() => true), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
};

/**
 * A `pg` pool that does not lend out a dead connection: one that idled for 10 s or more is verified by a
 * `SELECT 1` (500 ms at most) and replaced if it does not answer. A firewall that forgot the connection, or
 * a server that failed over, costs a reconnect instead of a failed request. What has cost one connection has
 * seldom spared the others: those that were idle at that time are replaced without being asked, so that a
 * request waits for no more than one of them. The same is done when a lent connection is cut for its silence. A lent
 * connection that dies fails its queries, never the process.
 */
export class VerifyingPool extends Pool {
  private readonly idleSince = new WeakMap<PoolClient, number>();
  /** Connections that have idled since before this time are replaced. On the clock of `performance.now()`. */
  private distrustBefore = -Infinity;
  /** Those who have asked for a connection and have none yet, the longest waiting first. */
  private readonly line = new Set<{ readonly since: number }>();
  private readonly queryListeners: QueryListener[] = [];

  constructor(config?: PoolConfig) {
    super({ ...config, Client: WatchedClient });
    this.on('connect', (client) => {
      client.on('error', ignore);
      if (!(client instanceof WatchedClient)) return;
      client.silenced = () => this.distrustIdle();
      client.ended = (query) => this.tell(query);
    });
    this.on('release', (_error, client) => this.idleSince.set(client, performance.now()));
  }

  /** Milliseconds that the request which has waited longest for a connection has waited; 0: none has to wait. */
  get longestWait(): number {
    if (this.waitingCount === 0) return 0;
    for (const { since } of this.line) return performance.now() - since;
    return 0;
  }

  /** Has `listener` told of each query of any connection from now on. */
  onQuery(listener: QueryListener): void {
    this.queryListeners.push(listener);
  }

  /** Tells the listeners of a query that has ended. */
  tell(query: QueryEnd): void {
    for (const listener of this.queryListeners) listener(query);
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<PoolClient> | undefined {
    const place = { since: performance.now() };
    this.line.add(place);
    const lent = this.lendVerified().finally(() => this.line.delete(place));
    if (callback === undefined) return lent;
    lent.then(
      (client) => callback(undefined, client, (release) => client.release(release)),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    );
    return undefined;
  }

  private async lendVerified(): Promise<PoolClient> {
    for (;;) {
      const client = await super.connect();
      const since = this.idleSince.get(client);
      if (since === undefined) return client;
      if (since >= this.distrustBefore) {
        if (performance.now() - since < VERIFY_AFTER_IDLE || (await answers(client))) return client;
        this.distrustIdle();
      }
      client.release(true);
    }
  }

  private distrustIdle(): void {
    this.distrustBefore = performance.now();
  }
}
