/** Something did not answer in time. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';

  constructor(milliseconds: number) {
    super(`No answer within ${milliseconds} ms`);
  }
}

/**
 * Waits for `work`, but no longer than `milliseconds`; the work itself goes on. An answer that has arrived
 * while this process was busy with something else counts: before giving up, the event loop has once more
 * looked at its sockets.
 * @throws TookTooLong
 */
export const within = <T>(work: Promise<T>, milliseconds: number): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(new TookTooLong(milliseconds));
    const timer = setTimeout(() => setImmediate(giveUp), milliseconds);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
