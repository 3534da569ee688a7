import { LRUCache } from 'lru-cache';
import { freshToken } from './fresh-token';
import { type ScopeVersions, type Version } from './scope-versions';

/** Scopes whose version is remembered; of one that is forgotten the cached answers are, too. */
const REMEMBERED = 100_000;

/** Versions of one process, for as long as it alone writes. */
export class MemoryVersions implements ScopeVersions {
  private readonly versions = new LRUCache<string, string>({ max: REMEMBERED });
  private readonly writers = new Map<string, Set<string>>();

  /** The version of a scope now. */
  current(scope: string): Version {
    if (this.writers.has(scope)) return undefined;
    let version = this.versions.get(scope);
    if (version === undefined) this.versions.set(scope, (version = freshToken()));
    return version;
  }

  mark(scope: string, writer: string): void {
    const writers = this.writers.get(scope);
    if (writers === undefined) this.writers.set(scope, new Set([writer]));
    else writers.add(writer);
    this.versions.delete(scope);
  }

  renew(scope: string, writer: string): void {
    this.versions.delete(scope);
    const writers = this.writers.get(scope);
    writers?.delete(writer);
    if (writers?.size === 0) this.writers.delete(scope);
  }
}
