/** What tells how slow the machine was. */
interface Slowness {
  slowestPiece(since: number): number;
}

/** Longest that a request may take while the database is away. Milliseconds. */
export const ANSWERED_WITHIN = 2_000;

/** Longest until the program serves once the database is back. Milliseconds. */
export const RECOVERED_WITHIN = 5_000;

/** What a machine that has time for the program may take more than a bound says. Milliseconds. */
const SLACK = 500;

/** Work for the processor of a request that waits for the database, as a multiple of a small one's. */
const PIECES = 5;

/** A bound in milliseconds, with what the machine itself kept waiting for since a moment: told by the yardstick of the load. */
export const bound = (milliseconds: number, load: Slowness, since: number): number =>
  milliseconds + SLACK + PIECES * load.slowestPiece(since);

/** Milliseconds that the slowest of some requests took. */
export const slowest = (outcomes: readonly { took: number }[]): number =>
  Math.max(0, ...outcomes.map(({ took }) => took));
