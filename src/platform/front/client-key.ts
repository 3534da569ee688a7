import { LRUCache } from 'lru-cache';
import { addressKey, UNKNOWN_ADDRESS } from '../http';

/** Addresses whose key is remembered, and how long they may be: what is longer is none. */
const REMEMBERED = 10_000;
const LONGEST = 50;

const keys = new LRUCache<string, string>({ max: REMEMBERED });

const keyOf = (address: string): string => {
  if (address.length > LONGEST) return addressKey(address);
  let key = keys.get(address);
  if (key === undefined) keys.set(address, (key = addressKey(address)));
  return key;
};

/** A request, as far as it says where it comes from. A connection that has broken off has no address. */
interface Sent {
  readonly ip: string | undefined;
  readonly raw: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

/**
 * What the sender of a request counts as: its address as `addressKey` says it. Where a trusted proxy says
 * something that is no address, the request counts for the proxy, so that made up texts are not new clients.
 */
export const clientKey = ({ ip, raw }: Sent): string => {
  const key = keyOf(ip ?? '');
  return key === UNKNOWN_ADDRESS ? keyOf(raw.socket.remoteAddress ?? '') : key;
};
