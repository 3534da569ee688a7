import { LRUCache } from 'lru-cache';
import { type CacheConfig } from '../../../config';
import { type CachedAnswer } from './cached-answer';

/** Bytes that an entry costs besides its key and bodies: objects, map, list. */
const OVERHEAD = 600;

/** An answer over this part of all the room is not kept: it would push out too many others. */
const LARGEST_PART = 1 / 16;

/** Nor one that is larger than this, however large the cache. Bytes. */
const LARGEST = 1024 * 1024;

/** The cache never shrinks below this part of its room. */
const LEAST_ROOM = 1 / 16;

/** The answers that this process keeps: the least recently used go first when bytes or keys run out. */
export class MemoryAnswers {
  /** Bytes of the largest answer that is kept. */
  readonly largest: number;
  /** How many had to go for want of room. */
  evictions = 0;
  /** Part of the configured room that may be used now. */
  private part = 1;
  private entries: LRUCache<string, CachedAnswer>;

  constructor(private readonly config: CacheConfig) {
    this.largest = Math.min(LARGEST, Math.floor(config.maxBytes * LARGEST_PART));
    this.entries = this.cacheOf(1);
  }

  /**
   * Gives up half of the room, down to a sixteenth of it, and what was least recently used with it: memory is short.
   * @returns bytes that were given up
   */
  shrink(): number {
    const before = this.entries.calculatedSize;
    this.resize(Math.max(LEAST_ROOM, this.part / 2));
    return before - this.entries.calculatedSize;
  }

  /** Takes all of the room again. */
  restore(): void {
    if (this.part < 1) this.resize(1);
  }

  /** The answer under this key, if it was made under this stamp and has not expired. */
  get(key: string, stamp: string, now = Date.now()): CachedAnswer | undefined {
    const answer = this.entries.get(key);
    if (answer === undefined) return undefined;
    if (answer.stamp === stamp && answer.usable(now)) return answer;
    return undefined;
  }

  /** Whether there is an answer under this key, of use or not. */
  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** Keeps an answer unless it is too large; it takes the place of one with the same key. */
  set(key: string, answer: CachedAnswer): void {
    if (answer.bytes <= this.largest) this.entries.set(key, answer);
  }

  /** Counts the room of an answer anew that has grown by a compressed form, if it is still kept. */
  grown(key: string, answer: CachedAnswer): void {
    if (this.entries.peek(key) !== answer) return;
    // The same value set again would keep the size it had.
    this.entries.delete(key);
    this.entries.set(key, answer);
  }

  /** Bytes and answers that may be kept now. */
  get room(): { bytes: number; keys: number } {
    return { bytes: this.entries.maxSize, keys: this.entries.max };
  }

  private resize(part: number): void {
    const old = this.entries;
    this.part = part;
    this.entries = this.cacheOf(part);
    // The library's bounds are for ever: the entries move, the least recently used first, so that those have to go.
    for (const key of old.rkeys()) {
      const answer = old.peek(key);
      if (answer !== undefined) this.entries.set(key, answer);
    }
  }

  private cacheOf(part: number): LRUCache<string, CachedAnswer> {
    return new LRUCache({
      max: Math.max(1, Math.floor(this.config.maxKeys * part)),
      // Zero is no bound to the library; nothing is larger than the largest, so nothing is kept.
      maxSize: Math.max(1, Math.floor(this.config.maxBytes * part)),
      sizeCalculation: (answer, key) => answer.bytes + key.length * 2 + OVERHEAD,
      dispose: (_answer, _key, reason) => {
        if (reason === 'evict') this.evictions += 1;
      },
    });
  }

  /** Bytes and answers kept now. */
  get use(): { bytes: number; keys: number } {
    return { bytes: this.entries.calculatedSize, keys: this.entries.size };
  }
}
