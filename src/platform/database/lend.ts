import { type Repetition } from './retries';

/**
 * Waits for a connection no longer than a repetition has time left. One that comes later is given back at once.
 * @throws Error as `pg-pool` does when its own time is up
 */
export const inTime = async <T>(
  coming: Promise<T>,
  repetition: Repetition | undefined,
  giveBack: (late: T) => void,
): Promise<T> => {
  if (repetition === undefined) return coming;
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        late = true;
        reject(new Error('timeout exceeded when trying to connect'));
      },
      Math.max(1, repetition.remaining),
    );
  });
  coming.then(
    (connection) => {
      if (late) giveBack(connection);
    },
    () => undefined,
  );
  try {
    return await Promise.race([coming, timeout]);
  } finally {
    clearTimeout(timer);
  }
};
