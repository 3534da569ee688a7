import { type Standing } from '../presence';

/** How a write has been made known. */
export interface Mark {
  /** Where this process stood when the write began. */
  readonly standing: Standing;
  /** When the mark was last asked for, on the clock of `performance.now()`; `undefined`: there is none (yet). */
  readonly at: number | undefined;
}

/** Where a process announces its writes, and others hear of them. */
export abstract class Channel {
  /** Makes it known; before the first write. */
  abstract open(): Promise<void>;

  /**
   * Marks a scope as being written. Resolves when the write may begin: where no mark could be made, others have
   * been told not to serve from the cache.
   * @throws what the database throws
   */
  abstract mark(scope: string, writer: string): Promise<Mark>;

  /** Makes the mark of a long write anew. @throws when it could not */
  abstract refresh(scope: string, writer: string): Promise<Mark>;

  /**
   * Takes the mark away and sets a new version. Gives whether all on the channel know of it; where they may
   * not, the mark stands until it runs out.
   */
  abstract renew(scope: string, writer: string): Promise<boolean>;

  /** Whether nobody on the channel can serve or cache what was there before a write with this mark. */
  abstract covers(mark: Mark): boolean;

  /** Whether a mark made at that time should be made anew. */
  abstract ages(markedAt: number): boolean;

  /** Ends what it does in the background. */
  abstract close(): void;
}
