/** What became of the requests of one namespace. */
export interface NamespaceCounts {
  hits: number;
  misses: number;
  /** Answered past the cache: the data was being written, Redis away, or another process unheard of. */
  bypasses: number;
}

/** Counts what the cache did, by namespace. */
export class CacheCounts {
  private readonly namespaces = new Map<string, NamespaceCounts>();

  /** The counts of a namespace, to be counted up. */
  of(namespace: string): NamespaceCounts {
    let counts = this.namespaces.get(namespace);
    if (counts === undefined) {
      this.namespaces.set(namespace, (counts = { hits: 0, misses: 0, bypasses: 0 }));
    }
    return counts;
  }

  /** All counts by namespace. */
  all(): ReadonlyMap<string, Readonly<NamespaceCounts>> {
    return this.namespaces;
  }
}
