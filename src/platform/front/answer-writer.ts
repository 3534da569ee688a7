import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OutgoingHttpHeaders } from 'node:http';
import { COMPRESS_FROM, type CachedAnswer, type Encoding } from '../cache';
import { type Allowance } from '../throttling';
import { acceptedEncoding } from './accepted-encoding';
import { heldTag, isAny } from './entity-tags';

/** What `X-Cache` says: answered from the cache, put there now, or past it. */
export type CacheOutcome = 'HIT' | 'MISS' | 'BYPASS';

/** Kept by the client, but asked for again each time: the answer is the caller's own and may change. */
export const CACHE_CONTROL = 'private, no-cache';

/** A finished answer as it goes out: status, headers and bytes. */
export interface Outgoing {
  status: 200 | 304;
  headers: OutgoingHttpHeaders;
  body: Buffer | undefined;
}

/** The headers that tell a client its limits. */
export const allowanceHeaders = ({ limit, remaining, reset }: Allowance): Record<string, number> => ({
  'x-ratelimit-limit': limit,
  'x-ratelimit-remaining': remaining,
  'x-ratelimit-reset': reset,
});

/** The coding that this answer goes out in; `undefined`: as it is. */
export const encodingFor = (request: FastifyRequest, answer: CachedAnswer): Encoding | undefined =>
  answer.body.length < COMPRESS_FROM ? undefined : acceptedEncoding(request.headers['accept-encoding']);

/**
 * The answer to this request: 304 when the client has it already. In an encoding, `encoded` is its body, and
 * the tag says so, since a tag names bytes.
 */
export const outgoing = (
  request: FastifyRequest,
  answer: CachedAnswer,
  outcome: CacheOutcome,
  encoding: Encoding | undefined,
  encoded: Buffer,
): Outgoing => {
  const etag = encoding === undefined ? `"${answer.tag}"` : `"${answer.tag}-${encoding}"`;
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    const held = isAny(ifNoneMatch) ? etag : heldTag(ifNoneMatch, answer.tag);
    if (held !== undefined) return { status: 304, headers: unchangedHeaders(held, outcome), body: undefined };
  }
  const headers: OutgoingHttpHeaders = {
    'content-type': answer.contentType,
    'content-length': encoded.length,
    'cache-control': CACHE_CONTROL,
    etag,
    vary: 'Accept-Encoding',
    'x-cache': outcome,
  };
  if (encoding !== undefined) headers['content-encoding'] = encoding;
  return { status: 200, headers, body: encoded };
};

/** The headers of a 304. Its tag is the one the client named, which tells it what of its own is current. */
export const unchangedHeaders = (etag: string, outcome: CacheOutcome): OutgoingHttpHeaders => ({
  'cache-control': CACHE_CONTROL,
  etag,
  vary: 'Accept-Encoding',
  'x-cache': outcome,
});

/** Adds what others have said that the answer depends on. */
export const withVary = (headers: OutgoingHttpHeaders, reply: FastifyReply): OutgoingHttpHeaders => {
  const others = reply.getHeader('vary');
  if (others !== undefined) headers.vary = `${String(others)}, Accept-Encoding`;
  return headers;
};
