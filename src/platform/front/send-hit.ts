import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CachedAnswer, type Encoding } from '../cache';
import { encodingFor, outgoing } from './answer-writer';
import { type FrontDesk, type FrontState } from './front-desk';

/** Headers that answers have besides their own, as Node takes them as they are: name, value, name, value, ... */
export type StandingHeaders = readonly string[];

/** The headers of a record, for `sendHit`. */
export const standingHeaders = (headers: Readonly<Record<string, string>>): StandingHeaders =>
  Object.entries(headers).flat();

/** The headers that have been set on a reply so far, for `sendHit`. */
export const headersSoFar = (reply: FastifyReply): StandingHeaders => {
  const set = Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
  const vary = set.vary === undefined ? 'Accept-Encoding' : `${set.vary}, Accept-Encoding`;
  return standingHeaders({ ...set, vary });
};

/**
 * Sends an answer that memory has, past the rest of the way that answers go. Whoever listens for the end of the
 * response still hears of it.
 * @param standing with a `vary` that names `Accept-Encoding`
 */
export const sendHit = (
  desk: FrontDesk,
  request: FastifyRequest,
  reply: FastifyReply,
  state: FrontState,
  answer: CachedAnswer,
  standing: StandingHeaders,
): void => {
  const encoding = encodingFor(request, answer);
  const body = desk.bodyOf(state.key, answer, encoding);
  const send = (as: Encoding | undefined, bytes: Buffer): void =>
    write(request, reply, state, answer, standing, as, bytes);
  // Not by `instanceof Promise`: the promises of Node's own functions are of another realm under a test runner.
  if (Buffer.isBuffer(body)) send(encoding, body);
  else {
    body.then(
      (encoded) => send(encoding, encoded),
      () => send(undefined, answer.body),
    );
  }
};

const write = (
  request: FastifyRequest,
  reply: FastifyReply,
  { admitted: { allowance } }: FrontState,
  answer: CachedAnswer,
  standing: StandingHeaders,
  encoding: Encoding | undefined,
  bytes: Buffer,
): void => {
  const { status, headers, body } = outgoing(request, answer, 'HIT', encoding, bytes);
  const lines: unknown[] = [...standing, 'x-request-id', request.id];
  for (const name in headers) if (name !== 'vary') lines.push(name, headers[name]);
  if (allowance !== undefined) {
    lines.push('x-ratelimit-limit', allowance.limit);
    lines.push('x-ratelimit-remaining', allowance.remaining);
    lines.push('x-ratelimit-reset', allowance.reset);
  }
  reply.hijack();
  reply.raw.writeHead(status, lines as string[]);
  reply.raw.end(body);
};
