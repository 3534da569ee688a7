/** Longest wait on a busy machine. Milliseconds. */
const DEADLINE = 30_000;

/** Waits until `probe` gives something that holds, and gives that. @throws Error with what it gave last */
export const eventually = async <T>(
  probe: () => T | Promise<T>,
  holds: (value: T) => boolean,
  deadline = DEADLINE,
): Promise<T> => {
  const end = Date.now() + deadline;
  for (;;) {
    const value = await probe();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`Waited too long; the last was ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
