import { isDeepStrictEqual } from 'node:util';

/**
 * Only what really changes: to be told what is so already is no change, and keeps the version. What is
 * `undefined` is not said. The order of keys inside `attributes` means nothing.
 */
export const changedFields = <Changes extends object>(before: object, changes: Changes): Partial<Changes> =>
  Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) =>
        value !== undefined && !isDeepStrictEqual((before as Record<string, unknown>)[name], value),
    ),
  ) as Partial<Changes>;
