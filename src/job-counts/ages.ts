/** Most readings that are remembered: a day of them, one every 15 s. Of more, the second oldest goes. */
const REMEMBERED = 5_760;

/**
 * Tells how old an id is at least, by when it was first seen to have been given out: the rows have no time, which
 * every write would pay for.
 */
export class Ages {
  private readonly seen: { last: number; at: number }[] = [];

  /**
   * @param first the least id that still waits
   * @param last the last id that was given out
   * @param now milliseconds
   * @returns seconds
   */
  look(first: number | null, last: number | null, now: number): number {
    if (last !== null) this.seen.push({ last, at: now });
    if (first === null) {
      this.seen.length = 0;
      return 0;
    }
    // What was given out before the least that waits tells nothing any more.
    while ((this.seen[0]?.last ?? first) < first) this.seen.shift();
    if (this.seen.length > REMEMBERED) this.seen.splice(1, 1);
    return (now - (this.seen[0]?.at ?? now)) / 1000;
  }
}
