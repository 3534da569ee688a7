import { negotiate } from '@fastify/accept-negotiator';
import { LRUCache } from 'lru-cache';
import { type Encoding } from '../cache';

const chosen = new LRUCache<string, { encoding: Encoding | undefined }>({ max: 100 });

/** The coding that a client likes best of those we have, by its `Accept-Encoding` (RFC 9110, 12.5.3). */
export const acceptedEncoding = (header: string | undefined): Encoding | undefined => {
  if (header === undefined) return undefined;
  let choice = chosen.get(header);
  if (choice === undefined) {
    const encoding = negotiate(header, ['br', 'gzip', 'identity']);
    choice = { encoding: encoding === 'br' || encoding === 'gzip' ? encoding : undefined };
    chosen.set(header, choice);
  }
  return choice.encoding;
};
