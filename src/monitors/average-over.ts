/** The average of what was seen over a time; nothing before that time is full. */
export class AverageOver {
  private seen: { readonly at: number; readonly value: number }[] = [];

  /** @param time milliseconds */
  constructor(private readonly time: number) {}

  /**
   * Takes a value into account.
   * @param at milliseconds, never less than before
   * @returns the average, once values have come for all of the time
   */
  add(value: number, at: number): number | undefined {
    this.seen.push({ at, value });
    const since = at - this.time;
    // One that is older stays: from it on the time is full.
    while ((this.seen[1]?.at ?? Infinity) <= since) this.seen.shift();
    const [first, ...within] = this.seen;
    if (first === undefined || first.at > since) return undefined;
    return within.reduce((sum, { value: each }) => sum + each, 0) / within.length;
  }

  /** Begins anew. */
  clear(): void {
    this.seen = [];
  }
}
