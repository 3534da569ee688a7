/** What happened in a run: without hits, bypasses and recoveries it would have shown nothing. */
export class Tally {
  steps = 0;
  /** Answers that were compared with an uncached one. */
  compared = 0;
  /** Of those, by instance and `X-Cache`. */
  readonly outcomes: Record<string, number> = {};
  /** 304s to a tag of before. */
  unchanged = 0;
  /** Requests that an instance did not answer, since it died. */
  unanswered = 0;
  readonly faults: Record<string, number> = {};
  /** Faults after which both instances served from the cache again. */
  recoveries = 0;
  private awaited = new Set<string>();

  /** A fault has ended. */
  recovering(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
    this.awaited = new Set(['near', 'child']);
  }

  answered(instance: string, outcome: string): void {
    this.compared += 1;
    const name = `${instance} ${outcome}`;
    this.outcomes[name] = (this.outcomes[name] ?? 0) + 1;
    if (outcome === 'HIT' && this.awaited.delete(instance) && this.awaited.size === 0) this.recoveries += 1;
  }

  /** How many of the compared answers had this outcome. */
  count(outcome: 'HIT' | 'MISS' | 'BYPASS'): number {
    return (this.outcomes[`near ${outcome}`] ?? 0) + (this.outcomes[`child ${outcome}`] ?? 0);
  }
}
