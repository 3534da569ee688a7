import { LRUCache } from 'lru-cache';
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Addresses whose key is remembered. */
const REMEMBERED = 10_000;

const keys = new LRUCache<string, string>({ max: REMEMBERED });

const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');

/** The first four of the eight groups of an IPv6 address, each without leading zeros. */
const network64 = (address: string): string => {
  const [bare = ''] = address.split('%', 1);
  const [head = '', tail] = bare.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 tail counts for two groups; it never reaches the first four but where `::` does not shorten.
  const backGroups = back.length + (back.at(-1)?.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - front.length - backGroups;
  const groups = [...front, ...Array<string>(Math.max(0, zeros)).fill('0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
};

/** The last 32 bits of an IPv4-mapped address as people write them. */
const embeddedIPv4 = (address: string): string => {
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (isIPv4(last)) return last;
  const [high = '0', low = '0'] = address.split(':').slice(-2);
  const bits = [parseInt(high || '0', 16), parseInt(low || '0', 16)];
  return bits.flatMap((word) => [word >> 8, word & 255]).join('.');
};

const keyOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  if (mapped.check(address.split('%', 1)[0] ?? '', 'ipv6')) return embeddedIPv4(address);
  return `${network64(address)}::/64`;
};

/**
 * What an address counts as: an IPv4 address as itself, also when it is written as IPv6 (`::ffff:`), an IPv6
 * one as its /64, since that is what a single customer is given.
 */
export const clientKey = (address: string): string => {
  let key = keys.get(address);
  if (key === undefined) keys.set(address, (key = keyOf(address)));
  return key;
};
