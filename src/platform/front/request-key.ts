import { LRUCache } from 'lru-cache';

/** Longer addresses are not worth a place in the cache. Characters. */
const LONGEST = 2_000;

const keys = new LRUCache<string, string>({ max: 5_000 });

/**
 * What a request asks for, as part of a cache key: its path without a slash at the end and its query
 * parameters by name. Nothing is decoded, so that no two requests get one key that are not read alike: what is
 * no text in UTF-8, say, has no one way to be decoded. The values of one name keep their order, in which they may
 * matter; so do all where a name is encoded. `undefined`: too long to be cached, or with a fragment, which no
 * client sends.
 */
export const requestKey = (url: string): string | undefined => {
  if (url.length > LONGEST || url.includes('#')) return undefined;
  let key = keys.get(url);
  if (key === undefined) keys.set(url, (key = canonical(url)));
  return key;
};

const canonical = (url: string): string => {
  const start = url.indexOf('?');
  const path = start < 0 ? url : url.slice(0, start);
  const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const query = start < 0 ? '' : url.slice(start + 1);
  return query === '' ? bare : `${bare}?${byName(query)}`;
};

const nameOf = (parameter: string): string => parameter.split('=', 1)[0] ?? '';

const byName = (query: string): string => {
  const parameters = query.split('&');
  if (parameters.some((parameter) => /[%+]/.test(nameOf(parameter)))) return query;
  const order = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);
  return parameters.sort((one, other) => order(nameOf(one), nameOf(other))).join('&');
};
