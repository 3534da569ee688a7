import { type OpenConnections } from './open-connections';

/** How long a new connection may stay without a request. Milliseconds. */
const FRESH = 1_000;

/** Time between two looks at what has become idle. Milliseconds. */
const LOOKS = 100;

/** Closes the connections of a server that are idle, from the close of its port on until there are none. */
export class IdleEnd {
  private used: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(private readonly connections: OpenConnections) {}

  /** @param used milliseconds that one may stay on which a request has come, after the last */
  begin(used: number): void {
    this.used = used;
    this.timer = setInterval(() => this.look(), LOOKS).unref();
    this.look();
  }

  /** The server is closed. */
  end(): void {
    clearInterval(this.timer);
  }

  /** Looks at the end of this turn of the event loop: after a stall, timers are run before what has come is read. */
  look(): void {
    const { used } = this;
    if (used === undefined || this.looking) return;
    this.looking = true;
    setImmediate(() => {
      this.looking = false;
      this.connections.closeIdle({ fresh: FRESH, used });
    });
  }
}
