/**
 * The version of a scope's data: a token that is another one after every write. `undefined`: the scope is
 * being written, or nobody can say; its answers are then neither served from the cache nor put there.
 */
export type Version = string | undefined;

/**
 * Where versions are kept. A *scope* is what is written and read together: one user's data (`u:<id>`), or
 * something public (`p:<name>`).
 */
export interface ScopeVersions {
  /**
   * Marks a scope as being written by `writer`, before the write commits.
   * @throws when the mark could not be made
   */
  mark(scope: string, writer: string): void | Promise<void>;

  /**
   * Gives the scope a new version and takes the mark of `writer` away, after the commit.
   * @throws when that may not have happened
   */
  renew(scope: string, writer: string): void | Promise<void>;
}
