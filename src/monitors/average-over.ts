/**
 * The average of what was seen over a time; nothing before that time is full. Each value is that of the time since the
 * one before and counts by its length: what blocks the process keeps it from being looked at, too.
 */
export class AverageOver {
  private seen: { readonly at: number; readonly value: number }[] = [];

  /** @param time milliseconds */
  constructor(private readonly time: number) {}

  /**
   * Takes a value into account.
   * @param value of the time since the one before; of the first only its time counts
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
    let from = since;
    let sum = 0;
    for (const each of within) {
      sum += each.value * (each.at - from);
      from = each.at;
    }
    return sum / this.time;
  }

  /** Begins anew. */
  clear(): void {
    this.seen = [];
  }
}
