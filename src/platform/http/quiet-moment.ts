import { type Server } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Turns of the event loop in a row without a new connection: each looks once whether one waits. */
const TURNS = 3;

/** Longest wait for them. Milliseconds. */
const LONGEST = 1_000;

/** Longest turn that counts for them, at first: in a longer one other work was done, and who came meanwhile is not seen yet. Milliseconds. */
const SHORT = 0.1;

/** After this wait it may be twice as long, and then longer and longer: a process that is never idle has no better moment. Milliseconds. */
const PATIENCE = 100;

/** Most that one turn counts of the wait: in a longer one the process was not running. Milliseconds. */
const STALLED = 50;

/**
 * Runs `work` when the event loop has looked for new connections of the server and found none, several times, or after a
 * second in which it ran. `work` must not throw.
 *
 * For closing a port: connections that the kernel has accepted, but the program has not taken yet, are reset by that, and
 * who has sent a request on one cannot tell whether it was done. In a quiet moment there are none, but for those of
 * the microseconds between the last look and the end of `work`. The event loop takes at least one connection a turn.
 */
export const inQuietMoment = (server: Server, work: () => void): Promise<void> =>
  new Promise((resolve) => {
    let last = performance.now();
    let waited = 0;
    // The first is a part of a turn.
    let turns = -1;
    let taken = false;
    const take = (): void => void (taken = true);
    const look = (): void => {
      const now = performance.now();
      const turn = now - last;
      last = now;
      turns = taken || turn > SHORT * (1 + (waited / PATIENCE) ** 2) ? 0 : turns + 1;
      taken = false;
      waited += Math.min(turn, STALLED);
      if (turns < TURNS && waited < LONGEST) {
        setImmediate(look);
        return;
      }
      work();
      server.off('connection', take);
      resolve();
    };
    server.on('connection', take);
    setImmediate(look);
  });
