import { LRUCache } from 'lru-cache';
import { type CacheConfig } from '../../../config';
import { type CachedAnswer } from './cached-answer';

/** Bytes that an entry costs besides its key and bodies: objects, map, list. */
const OVERHEAD = 600;

/** An answer over this part of all the room is not kept: it would push out too many others. */
const LARGEST_PART = 1 / 16;

/** Nor one that is larger than this, however large the cache. Bytes. */
const LARGEST = 1024 * 1024;

/** The answers that this process keeps: the least recently used go first when bytes or keys run out. */
export class MemoryAnswers {
  /** Bytes of the largest answer that is kept. */
  readonly largest: number;
  /** How many had to go for want of room. */
  evictions = 0;
  private readonly entries: LRUCache<string, CachedAnswer>;

  constructor({ maxBytes, maxKeys }: CacheConfig) {
    this.largest = Math.min(LARGEST, Math.floor(maxBytes * LARGEST_PART));
    this.entries = new LRUCache({
      max: maxKeys,
      // Zero is no bound to the library; nothing is larger than the largest, so nothing is kept.
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (answer, key) => answer.bytes + key.length * 2 + OVERHEAD,
      dispose: (_answer, _key, reason) => {
        if (reason === 'evict') this.evictions += 1;
      },
    });
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

  /** Bytes and answers kept now. */
  get use(): { bytes: number; keys: number } {
    return { bytes: this.entries.calculatedSize, keys: this.entries.size };
  }
}
