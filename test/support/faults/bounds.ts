import type { Load } from './load';

/** Longest that a request may take while the database is away. Milliseconds. */
export const ANSWERED_WITHIN = 2_000;

/** Longest until the program serves once the database is back. Milliseconds. */
export const RECOVERED_WITHIN = 5_000;

/** What a machine that has time for the program may take more than a bound says. Milliseconds. */
const SLACK = 500;

/** Work for the processor of a request that waits for the database, as a multiple of that of a probe. */
const PROBES = 5;

/** A bound in milliseconds, with what the machine itself kept waiting for since a moment: told by the probes. */
export const bound = (milliseconds: number, load: Load, since: number): number => {
  const probes = load.outcomes.filter(({ kind, began, took }) => kind === 'probe' && began + took >= since);
  return milliseconds + SLACK + PROBES * Math.max(0, ...probes.map(({ took }) => took));
};

/** Milliseconds that the slowest of some requests took. */
export const slowest = (outcomes: readonly { took: number }[]): number =>
  Math.max(0, ...outcomes.map(({ took }) => took));
