/** Parts of the wait: one that is held up counts as one. */
const PARTS = 10;

/**
 * Waits for `work`, but no longer than `milliseconds` in which this process was running: time in which its event loop was
 * held up, by a garbage collection or by what stops the whole process, is no fault of who is asked. The work itself goes on.
 * @throws Error when it takes longer
 */
export const withinAwake = <T>(work: Promise<T>, milliseconds: number): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    let left = PARTS;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      reject(new Error(`No answer within ${milliseconds} ms`));
    }, milliseconds / PARTS);
    work.then(resolve, reject).finally(() => clearInterval(timer));
  });
