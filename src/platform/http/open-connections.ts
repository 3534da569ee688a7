import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** What is known of one connection. */
interface Connection {
  /** When it was opened; since its first request, when the last one was over. */
  idleSince: number;
  /** Whether a request has ever come on it. */
  used: boolean;
  readonly underWay: Set<ServerResponse>;
}

/** The open connections of a server, each with the requests under way on it. */
export class OpenConnections {
  private readonly connections = new Map<Socket, Connection>();

  add(socket: Socket): void {
    this.connections.set(socket, { idleSince: performance.now(), used: false, underWay: new Set() });
    socket.once('close', () => this.connections.delete(socket));
  }

  /** A request is under way until its answer is sent and its body, wanted or not, has arrived; then tells `over`. */
  begin(request: IncomingMessage, response: ServerResponse, over: () => void): void {
    const connection = this.connections.get(request.socket);
    if (connection === undefined) return;
    connection.used = true;
    connection.underWay.add(response);
    const end = (): void => {
      connection.underWay.delete(response);
      connection.idleSince = performance.now();
      over();
    };
    response.once('close', () => (request.complete ? end() : request.once('end', end)));
  }

  /** The answers that are not sent to their end. */
  *responses(): Generator<ServerResponse> {
    for (const { underWay } of this.connections.values()) yield* underWay;
  }

  /**
   * Closes the connections on which no request is under way, and has not been for a while: `used` milliseconds since the
   * last one, or `fresh` since it was opened. The next one may be on its way, and who sent it could not tell what became
   * of it.
   */
  closeIdle(grace: { fresh: number; used: number }): void {
    const now = performance.now();
    for (const [socket, { idleSince, used, underWay }] of this.connections)
      if (underWay.size === 0 && idleSince <= now - (used ? grace.used : grace.fresh)) socket.destroySoon();
  }

  /** Closes all of them, whatever is under way. */
  destroy(): void {
    for (const socket of this.connections.keys()) socket.destroy();
  }
}
