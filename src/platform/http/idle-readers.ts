import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections on which an answer is ready and its reader takes nothing of it for `idleMs`. How long it takes all
 * of it does not matter, nor how long an answer takes to make. What the system
 * keeps for a reader, a few megabytes at most, counts as taken; that more has been taken is heard of in portions of a
 * megabyte or two, so who takes an answer larger than that at less than about 50 kB/s may be cut with a timeout of a minute.
 *
 * Node's timeout of a socket is what tells: it passes when nothing was received and nothing sent. It also ends connections
 * that are kept for a next request and get none (`keepAliveTimeout`), which is up to who listens for it.
 *
 * @param idleMs milliseconds
 */
export const cutOffIdleReaders = (server: Server, idleMs: number): void => {
  const answering = new WeakMap<Socket, number>();
  const count = (socket: Socket, change: 1 | -1): void => {
    answering.set(socket, (answering.get(socket) ?? 0) + change);
  };
  server.timeout = idleMs;
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, 1);
    response.once('close', () => count(socket, -1));
  });
  server.on('timeout', (socket: Socket) => {
    const works = (answering.get(socket) ?? 0) > 0 && socket.writableLength === 0;
    if (!works) socket.destroy();
  });
};
