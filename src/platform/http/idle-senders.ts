import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Milliseconds without a byte after which the sender of an unfinished body is cut off. */
export const IDLE_SENDER_MS = 60_000;

/** Looks at a request in a period; the cut comes at most one look late. */
const LOOKS = 4;

const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Closes connections on which the body of a request has begun and then nothing came for `idleMs`, whether the
 * request has been answered or not. How long a body takes in all does not matter, nor how long an answer takes
 * once the body is complete; while the program has bytes that it is yet to read, the sender is not the slow one.
 *
 * @param idleMs milliseconds; by default `IDLE_SENDER_MS`
 */
export const cutOffIdleSenders = (server: Server, idleMs = IDLE_SENDER_MS): void => {
  // On the server rather than in a hook of a route: a request that no route takes has a sender as well.
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (announcesBody(request)) watch(request, response, idleMs);
  });
};

const watch = (request: IncomingMessage, response: ServerResponse, idleMs: number): void => {
  const { socket } = request;
  let bytes = socket.bytesRead;
  let lastSign = performance.now();
  // Counted at the socket, since a listener for 'data' would take the body from its reader.
  const look = (): void => {
    if (request.complete || socket.destroyed) {
      clearInterval(timer);
    } else if (socket.bytesRead !== bytes || (request.readableLength > 0 && !response.writableEnded)) {
      bytes = socket.bytesRead;
      lastSign = performance.now();
    } else if (performance.now() - lastSign >= idleMs) {
      clearInterval(timer);
      socket.destroy();
    }
  };
  const timer = setInterval(look, idleMs / LOOKS);
  timer.unref();
};
