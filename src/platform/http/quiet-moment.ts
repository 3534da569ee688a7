import { type Server } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Turns of the event loop in a row without a new connection: each looks once whether one waits. */
const TURNS = 3;

/** Longest wait for them. Milliseconds. */
const LONGEST = 1_000;

/**
 * Runs `work` when the event loop has looked for new connections of the server and found none, several times, or after a second.
 * `work` must not throw.
 *
 * For closing a port: connections that the kernel has accepted, but the program has not taken yet, are reset by that, and
 * who has sent a request on one cannot tell whether it was done. In a quiet moment there are none. The event loop takes one
 * connection a turn.
 */
export const inQuietMoment = (server: Server, work: () => void): Promise<void> =>
  new Promise((resolve) => {
    const end = performance.now() + LONGEST;
    let turns = 0;
    const taken = (): void => {
      turns = 0;
    };
    const look = (): void => {
      turns += 1;
      // The first is a part of a turn.
      if (turns <= TURNS && performance.now() < end) {
        setImmediate(look);
        return;
      }
      server.off('connection', taken);
      work();
      resolve();
    };
    server.on('connection', taken);
    setImmediate(look);
  });
