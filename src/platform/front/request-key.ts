import { LRUCache } from 'lru-cache';

/** Longer addresses are not worth a place in the cache. Characters. */
const LONGEST = 2_000;

const keys = new LRUCache<string, string>({ max: 5_000 });

/**
 * What a request asks for, as part of a cache key: its path without a slash at the end and its query
 * parameters by name. The values of one name keep their order, in which they may matter.
 * `undefined`: too long to be cached.
 */
export const requestKey = (url: string): string | undefined => {
  if (url.length > LONGEST) return undefined;
  let key = keys.get(url);
  if (key === undefined) keys.set(url, (key = canonical(url)));
  return key;
};

const canonical = (url: string): string => {
  const start = url.indexOf('?');
  const path = start < 0 ? url : url.slice(0, start);
  const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  if (start < 0) return bare;
  const parameters = new URLSearchParams(url.slice(start));
  parameters.sort();
  return `${bare}?${parameters.toString()}`;
};
