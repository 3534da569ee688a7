import { Client, type ClientConfig } from 'pg';
import { requestCancel } from './cancel-request';
import { type QueryListener } from './query-end';
import { timed } from './query-timing';

/** How much longer than the statement timeout it may take until the server is asked to end the query. Milliseconds. */
export const CANCEL_MARGIN = 1_000;

/** How much longer than the statement timeout the server's word of it may take to arrive. Milliseconds. */
export const ANSWER_MARGIN = 5_000;

/** A client's configuration with the bound of its patience. */
export interface WatchedClientConfig extends ClientConfig {
  /**
   * Milliseconds that a query may wait without a byte from the server; 0 or absent: for ever. By default not set.
   * Beyond the statement timeout, or queries would be cut off that the server is about to end itself.
   */
  answerTimeoutMillis?: number;
  /**
   * Milliseconds of that silence after which the server is asked to end the query, for servers that know of no
   * statement timeout; below `answerTimeoutMillis`. By default it is not asked.
   */
  cancelAfterMillis?: number;
}

type AnyQuery = (...parameters: unknown[]) => never;

/**
 * A `pg` client that does not wait for ever: a host that froze, or a network that swallows packets, sends neither an
 * answer nor the end of the connection. When the server has owed an answer for `answerTimeoutMillis` without sending a
 * byte, the connection is cut; its queries fail as on any broken connection, and a pool does not lend it again.
 * A while before that (`cancelAfterMillis`) the server is asked to end the query: behind a pooler, which takes no
 * statement timeout from its clients, that is what keeps a query from running on.
 * Streams are not watched, since their reader may be the slow one.
 */
export class WatchedClient extends Client {
  /** Called before the connection is cut for its silence. */
  silenced: () => void = () => undefined;
  /** Told of each query that has ended; streams are not told. */
  ended: QueryListener | undefined;

  private readonly timer: NodeJS.Timeout | undefined;
  private lastWait: NodeJS.Timeout | undefined;
  /** What is waited for after the server was asked to end the query; `undefined`: it is not asked. Milliseconds. */
  private readonly lastPatience: number | undefined;
  /** Whether a query has been sent that is not answered to its end. */
  private owed = false;
  private bytes = 0;

  constructor(config?: WatchedClientConfig) {
    super(config);
    const patience = config?.answerTimeoutMillis ?? 0;
    if (patience <= 0) return;
    const cancelAfter = config?.cancelAfterMillis;
    this.lastPatience = cancelAfter === undefined ? undefined : patience - cancelAfter;
    // One timer, started anew by each query: that costs less than one a query.
    this.timer = setTimeout(() => this.look(), cancelAfter ?? patience).unref();
    this.on('drain', () => {
      this.owed = false;
      clearTimeout(this.lastWait);
    });
    this.once('end', () => {
      clearTimeout(this.timer);
      clearTimeout(this.lastWait);
    });
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
    const send = (given: unknown[]): unknown => (super.query as AnyQuery).apply(this, given);
    return (
      streams || this.ended === undefined ? send(parameters) : timed(this.ended, parameters, send)
    ) as never;
  }

  private look(): void {
    this.ifSilent(() => {
      if (this.lastPatience === undefined) {
        this.cut();
        return;
      }
      requestCancel(this);
      this.lastWait = setTimeout(() => this.ifSilent(() => this.cut()), this.lastPatience).unref();
    });
  }

  /** Runs `act` when nothing has come since the query was sent or last looked at; else it counts from here. */
  private ifSilent(act: () => void): void {
    const heard = this.bytes;
    // What has arrived while the program itself was held up is read after the timers: it counts as heard.
    setImmediate(() => {
      if (!this.owed) return;
      if (this.bytesRead === heard) {
        act();
        return;
      }
      // A long answer, or one that waited behind another query.
      this.bytes = this.bytesRead;
      this.timer?.refresh();
    });
  }

  private cut(): void {
    this.silenced();
    this.connection.stream.destroy();
  }

  private get bytesRead(): number {
    const { stream } = this.connection;
    return 'bytesRead' in stream ? Number(stream.bytesRead) : 0;
  }
}
