import { performance } from 'node:perf_hooks';

/** A turn of the event loop that took less had nothing to do. Milliseconds. */
const QUIET = 0.1;

/** Longest wait for one. Milliseconds. */
const LONGEST = 200;

/**
 * Runs `work` right after the event loop has looked at all its sockets and found nothing, or after 0.2 s. `work` must not throw.
 *
 * For closing a port: connections that the kernel has accepted, but the program has not taken yet, are reset by that, and
 * who has sent a request on one cannot tell whether it was done. In a quiet moment there are none.
 */
export const inQuietMoment = (work: () => void): Promise<void> =>
  new Promise((resolve) => {
    const end = performance.now() + LONGEST;
    let lastLook = -Infinity;
    const look = (): void => {
      const now = performance.now();
      if (now - lastLook > QUIET && now < end) {
        lastLook = performance.now();
        setImmediate(look);
        return;
      }
      work();
      resolve();
    };
    setImmediate(look);
  });
