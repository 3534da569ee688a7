import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Lets the server close when its last answer has been sent. By itself it would wait for clients that keep the
 * connection of that answer for a next request, up to the keep-alive timeout, and without end for those that have
 * opened one and asked nothing yet, as browsers do ahead of need. The answers under way say `Connection: close` as far
 * as their head is not sent yet, and a connection is closed once no request is under way on it.
 *
 * Takes the place of the server's `closeIdleConnections`, for which an answer is over when it has been made: what a
 * slow client had not taken of it yet would be lost.
 */
export const closePromptly = (fastify: FastifyInstance): void => {
  const { server } = fastify;
  const connections = new Connections();
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  const closeIdle = (): void => {
    if (closing) connections.closeIdle();
  };
  // On the server rather than in hooks of routes: the framework answers some requests itself.
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    closeIdle();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    connections.begin(request, response, closeIdle),
  );
  server.closeIdleConnections = closeIdle;
};

/** The open connections of a server, each with the number of requests under way on it. */
class Connections {
  private readonly requests = new Map<Socket, number>();

  add(socket: Socket): void {
    this.requests.set(socket, 0);
    socket.once('close', () => this.requests.delete(socket));
  }

  /** A request is under way until its answer is sent and its body, wanted or not, has arrived; then tells `over`. */
  begin(request: IncomingMessage, response: ServerResponse, over: () => void): void {
    const { socket } = request;
    this.count(socket, 1);
    const end = (): void => {
      this.count(socket, -1);
      over();
    };
    response.once('close', () => (request.complete ? end() : request.once('end', end)));
  }

  closeIdle(): void {
    for (const [socket, requests] of this.requests) if (requests === 0) socket.destroySoon();
  }

  private count(socket: Socket, change: 1 | -1): void {
    const requests = this.requests.get(socket);
    if (requests !== undefined) this.requests.set(socket, requests + change);
  }
}
