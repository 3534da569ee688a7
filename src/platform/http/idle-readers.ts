import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Looks at connections in the time that a reader may take nothing; the cut comes at most one look late. */
const LOOKS = 4;

/** How far a reader has come. */
interface Progress {
  /** Bytes that the system has taken for it. */
  taken: number;
  /** When that was last seen to grow, or there was nothing to take; on the clock of `performance.now()`. */
  at: number;
}

/**
 * Closes connections on which bytes of an answer are ready and their reader takes none for `idleMs`. How long it takes the
 * whole answer does not matter, nor how long an answer takes to make.
 *
 * What the system keeps for a reader, a few megabytes at most, counts as taken. That more has been taken is heard of in
 * portions of a megabyte or two: of an answer larger than that, a reader of less than about 50 kB/s may be cut with a
 * timeout of a minute.
 *
 * @param idleMs milliseconds
 */
export const cutOffIdleReaders = (server: Server, idleMs: number): void => {
  const readers = new Map<Socket, Progress>();
  server.on('connection', (socket: Socket) => {
    readers.set(socket, { taken: 0, at: performance.now() });
    socket.once('close', () => readers.delete(socket));
  });
  const look = (): void => {
    const now = performance.now();
    for (const [socket, progress] of readers) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== progress.taken) {
        progress.taken = taken;
        progress.at = now;
      } else if (now - progress.at >= idleMs) socket.destroy();
    }
  };
  const timer = setInterval(look, idleMs / LOOKS).unref();
  server.once('close', () => clearInterval(timer));
};
