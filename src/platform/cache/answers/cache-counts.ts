/** What became of the requests of one namespace. */
export interface NamespaceCounts {
  hits: number;
  /** Of the hits, those that only Redis had. */
  hitsInRedis: number;
  /** Of the hits, those where the client had the answer itself, and nobody else need have it. */
  hitsByTag: number;
  misses: number;
  /** Of the misses, those where memory had an answer that was no longer true, or had expired. */
  stale: number;
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
      counts = { hits: 0, hitsInRedis: 0, hitsByTag: 0, misses: 0, stale: 0, bypasses: 0 };
      this.namespaces.set(namespace, counts);
    }
    return counts;
  }

  /** Part of all requests that were hits, 0 to 1; `undefined` before the first. */
  get hitRate(): number | undefined {
    let [hits, others] = [0, 0];
    for (const counts of this.namespaces.values()) {
      hits += counts.hits;
      others += counts.misses + counts.bypasses;
    }
    return hits + others === 0 ? undefined : hits / (hits + others);
  }

  /** All counts by namespace. */
  all(): ReadonlyMap<string, Readonly<NamespaceCounts>> {
    return this.namespaces;
  }
}
