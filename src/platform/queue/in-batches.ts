/**
 * Calls `batch` until it gives fewer than `size`, and between two calls leaves the connection to others. Ends after the
 * call under way when the signal fires.
 * @param batch does up to `size`, and gives how many
 * @returns how many in all
 * @throws what `batch` throws; the signal's reason
 */
export const inBatches = async (
  signal: AbortSignal,
  size: number,
  batch: () => Promise<number>,
): Promise<number> => {
  let all = 0;
  for (;;) {
    signal.throwIfAborted();
    const done = await batch();
    all += done;
    if (done < size) return all;
  }
};
