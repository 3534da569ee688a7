/** Where a process announces its writes, and others hear of them. */
export abstract class Channel {
  /** Makes it known; before the first write. */
  abstract open(): Promise<void>;

  /**
   * Marks a scope as being written. Resolves when the write may begin: with false, no mark could be made, and
   * others have been told not to serve from the cache.
   * @throws what the database throws
   */
  abstract mark(scope: string, writer: string): Promise<boolean>;

  /** Makes the mark of a long write anew. @throws when it could not */
  abstract refresh(scope: string, writer: string): Promise<void>;

  /** Takes the mark away and sets a new version. Where that fails, the mark stands until it runs out. */
  abstract renew(scope: string, writer: string): Promise<void>;

  /** Whether a mark made at that time, of `performance.now()`, still stands. */
  abstract holds(markedAt: number): boolean;

  /** Whether a mark made at that time should be made anew. */
  abstract ages(markedAt: number): boolean;

  /** Ends what it does in the background. */
  abstract close(): void;
}
