import { createHash } from 'node:crypto';

/** Hexadecimal digits of a tag; 96 bits. */
const LENGTH = 24;

/** A tag of what an answer was read under, or of its bytes. */
export const tagOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, LENGTH);
};

/** What `If-None-Match` may hold: `*`, or tags, weak or not, of any encoding. */
const TAG = /(?:W\/)?"([^"]*)"/g;

/** What an encoding adds to the tag of an answer. */
const SUFFIX = /-(?:br|gzip)$/;

/**
 * Whether the client has the answer with this tag already, by its `If-None-Match` (RFC 9110, 13.1.2): compared
 * weakly, and whatever the encoding, since what was sent in one is as current as what was sent in another.
 */
export const hasCurrent = (ifNoneMatch: string, tag: string): boolean => {
  if (ifNoneMatch === `"${tag}"` || ifNoneMatch.trim() === '*') return true;
  for (const [, opaque = ''] of ifNoneMatch.matchAll(TAG)) {
    if (opaque.replace(SUFFIX, '') === tag) return true;
  }
  return false;
};
