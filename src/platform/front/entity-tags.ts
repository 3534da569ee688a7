import { createHash } from 'node:crypto';

/** Hexadecimal digits of a tag; 96 bits. */
const LENGTH = 24;

/** A tag of what an answer was read under, or of its bytes. */
export const tagOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, LENGTH);
};

/** The tags of an `If-None-Match`, weak or not. */
const TAG = /(?:W\/)?("([^"]*)")/g;

/** What an encoding adds to the tag of an answer. */
const SUFFIX = /-(?:br|gzip)$/;

/** A tag as it is sent with an answer in this encoding: a strong one names bytes, so it says which. */
export const withEncoding = (etag: string, encoding: string): string =>
  etag.startsWith('W/') || etag.endsWith(`-${encoding}"`) ? etag : etag.replace(/"$/, `-${encoding}"`);

/** Whether an `If-None-Match` means whatever there is; only what has been read tells that there is something. */
export const isAny = (ifNoneMatch: string): boolean => ifNoneMatch.trim() === '*';

/**
 * The one of the client's tags, with quotes, that names the answer with this tag (RFC 9110, 13.1.2): compared
 * weakly, and whatever the encoding, since what was sent in one is as current as what was sent in another.
 */
export const heldTag = (ifNoneMatch: string, tag: string): string | undefined => {
  if (ifNoneMatch === `"${tag}"`) return ifNoneMatch;
  for (const [, quoted, opaque = ''] of ifNoneMatch.matchAll(TAG)) {
    if (opaque.replace(SUFFIX, '') === tag) return quoted;
  }
  return undefined;
};
