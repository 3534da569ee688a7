import { Client, type ClientConfig } from 'pg';

/** How much longer than the statement timeout the server's word of it may take to arrive. Milliseconds. */
export const ANSWER_MARGIN = 5_000;

/** A client's configuration with the bound of its patience. */
export interface WatchedClientConfig extends ClientConfig {
  /**
   * Milliseconds that a query may wait without a byte from the server; 0 or absent: for ever. By default not set.
   * Beyond the statement timeout, or queries would be cut off that the server is about to end itself.
   */
  answerTimeoutMillis?: number;
}

type AnyQuery = (...parameters: unknown[]) => never;

/**
 * A `pg` client that does not wait for ever: a host that froze, or a network that swallows packets, sends neither an
 * answer nor the end of the connection. When the server has owed an answer for `answerTimeoutMillis` without sending a
 * byte, the connection is cut; its queries fail as on any broken connection, and a pool does not lend it again.
 * Streams are not watched, since their reader may be the slow one.
 */
export class WatchedClient extends Client {
  /** Called before the connection is cut for its silence. */
  silenced: () => void = () => undefined;

  private readonly timer: NodeJS.Timeout | undefined;
  /** Whether a query has been sent that is not answered to its end. */
  private owed = false;
  private bytes = 0;

  constructor(config?: WatchedClientConfig) {
    super(config);
    const patience = config?.answerTimeoutMillis ?? 0;
    if (patience <= 0) return;
    // One timer, started anew by each query: that costs less than one a query.
    this.timer = setTimeout(() => this.look(), patience).unref();
    this.on('drain', () => (this.owed = false));
    this.once('end', () => clearTimeout(this.timer));
  }

  /** The overloads of `pg`; what is watched is all but the objects that submit themselves, which are streams. */
  override query(...parameters: unknown[]): never {
    const [query] = parameters;
    const streams = typeof query === 'object' && query !== null && 'submit' in query;
    if (!streams && this.timer !== undefined) {
      this.owed = true;
      this.bytes = this.bytesRead;
      this.timer.refresh();
    }
    return (super.query as AnyQuery).apply(this, parameters);
  }

  private look(): void {
    const heard = this.bytes;
    // What has arrived while the program itself was held up is read after the timers: it counts as heard.
    setImmediate(() => {
      if (!this.owed) return;
      if (this.bytesRead === heard) {
        this.silenced();
        this.connection.stream.destroy();
        return;
      }
      // A long answer, or one that waited behind another query: it counts from here.
      this.bytes = this.bytesRead;
      this.timer?.refresh();
    });
  }

  private get bytesRead(): number {
    const { stream } = this.connection;
    return 'bytesRead' in stream ? Number(stream.bytesRead) : 0;
  }
}
