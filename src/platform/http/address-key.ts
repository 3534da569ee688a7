import { isIPv4, isIPv6 } from 'node:net';

const IPV4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;
const IPV6_WITH_PORT = /^\[([^\]]+)\](?::\d+)?$/;
const IPV4_AT_END = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/** No address is longer, with its zone and its port. Characters. */
const LONGEST = 100;

/** Groups of 16 bits in an IPv6 address and in the part of it that names a network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** The groups of a valid IPv6 address, as numbers. */
const groupsOf = (address: string): number[] => {
  // The last 32 bits may be written as an IPv4 address.
  const written = address.replace(IPV4_AT_END, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = written.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const filling = Array<string>(GROUPS - left.length - right.length).fill('0');
  return [...left, ...filling, ...right].map((group) => Number.parseInt(group, 16));
};

/** `::ffff:0:0/96`: IPv4 addresses as a socket for both says them (RFC 4291, 2.5.5.2). */
const isMapped = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

const keyOfIPv6 = (address: string): string => {
  const groups = groupsOf(address);
  if (isMapped(groups))
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
};

/**
 * What an address counts as where something is counted by address: an IPv4 address as itself (also when mapped
 * into IPv6, however that is written), an IPv6 address as its /64, since one customer commonly has a whole one.
 * @param ip as a socket or a proxy says it, perhaps with a zone or a port
 * @returns at most 45 characters; `unknown` for what is no address
 */
export const addressKey = (ip: string): string => {
  if (ip.length > LONGEST) return UNKNOWN_ADDRESS;
  const withoutPort = IPV4_WITH_PORT.exec(ip)?.[1] ?? IPV6_WITH_PORT.exec(ip)?.[1] ?? ip;
  const [address = ''] = withoutPort.trim().split('%', 1);
  if (isIPv4(address)) return address;
  return isIPv6(address) ? keyOfIPv6(address) : UNKNOWN_ADDRESS;
};

/** What counts as the address of whatever has none. */
export const UNKNOWN_ADDRESS = 'unknown';
