/** What a stretch of load measured. Latencies in milliseconds. */
export interface LoadResult {
  /** Answered; the last of them after the time that was given. */
  requests: number;
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
}

/** One of the clients that work at the same time: does one piece of work at a call. */
export interface LoadClient {
  work(): Promise<void>;
  close(): Promise<void>;
}

/** Clients that work at the same time. */
export const CLIENTS = 32;

const quantile = (sorted: Float64Array, fraction: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;

/**
 * Lets all clients work for some seconds, each beginning anew as soon as it is done, and measures.
 * @throws what a client throws: a failed request makes the figures worthless
 */
export const runLoad = async (clients: readonly LoadClient[], seconds: number): Promise<LoadResult> => {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const runClient = async (client: LoadClient): Promise<void> => {
    for (let start = performance.now(); start < end;) {
      await client.work();
      const now = performance.now();
      latencies.push(now - start);
      start = now;
    }
  };
  await Promise.all(clients.map(runClient));
  const elapsed = (performance.now() - begin) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  return {
    requests: latencies.length,
    perSecond: latencies.length / elapsed,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
  };
};
