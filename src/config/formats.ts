import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { list } from './variable';

/** A `postgres://` or `postgresql://` address that names a host and a database. */
export const databaseUrl = () =>
  z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1;
  }, 'must be a postgres:// address with a database name');

/** The name of a host, or an IP address; IPv6 without brackets. No path of a socket, no port, no zone. */
export const hostName = () =>
  z
    .string()
    .refine(
      (text) => (isIPv6(text) && !text.includes('%')) || HOST_NAME.test(text),
      'must be the name of a host or an IP address, without a port',
    );

/** Labels by RFC 1123, with the underscore that names of containers have. */
const HOST_NAME = /^(?=.{1,253}$)[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*\.?$/i;

/** Origins as browsers send them: scheme, host and port, no path, no wildcard. */
export const corsOrigins = () =>
  list().refine(
    (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
    'must be origins such as https://jobs.example.com, without a path or a trailing slash',
  );

/** `false`, a number of hops, or addresses and CIDRs, as Fastify's `trustProxy` takes them. */
export const trustProxy = () =>
  z.string().transform((text, context): false | number | string[] => {
    const trimmed = text.trim();
    if (trimmed === 'false' || trimmed === '0') return false;
    if (/^\d{1,2}$/.test(trimmed)) return Number(trimmed);
    const entries = trimmed.split(',').map((entry) => entry.trim());
    if (entries.every(isAddressOrCidr)) return entries;
    context.addIssue('must be false, a number of hops, or a comma list of IP addresses and CIDRs');
    return z.NEVER;
  });

const isAddressOrCidr = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
};
