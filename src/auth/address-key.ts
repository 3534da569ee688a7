import { isIPv4, isIPv6 } from 'node:net';

const IPV4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;
const IPV6_WITH_PORT = /^\[([^\]]+)\](?::\d+)?$/;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Groups of 16 bits in an IPv6 address and in the part of it that names a network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

const network = (address: string): string => {
  // The last 32 bits may be written as an IPv4 address; they are not part of the network.
  const groups = address.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0');
  const [head = '', tail] = groups.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const filling = new Array<string>(GROUPS - left.length - right.length).fill('0');
  const all = tail === undefined ? left : [...left, ...filling, ...right];
  const prefix = all.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
};

/**
 * What an address counts as where attempts are counted by address: an IPv4 address as itself (also when
 * mapped into IPv6), an IPv6 address as its /64, since one customer commonly has a whole one.
 * @param ip as a socket or a proxy says it, perhaps with a zone or a port
 * @returns at most 45 characters; `unknown` for what is no address
 */
export const addressKey = (ip: string): string => {
  const withoutPort = IPV4_WITH_PORT.exec(ip)?.[1] ?? IPV6_WITH_PORT.exec(ip)?.[1] ?? ip;
  const [address = ''] = withoutPort.trim().split('%', 1);
  const mapped = MAPPED_IPV4.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped;
  return isIPv6(mapped) ? network(mapped) : 'unknown';
};
