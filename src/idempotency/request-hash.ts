import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';

/** SHA-256 over what a request asks for, whichever way it is written: a slash at the end of the path and the order of members do not count. */
export const requestHash = ({
  method,
  url,
  body,
}: Pick<FastifyRequest, 'method' | 'url' | 'body'>): Buffer => {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  const query = at === -1 ? '' : url.slice(at);
  return createHash('sha256')
    .update(`${method} ${path.replace(/\/$/, '')}${query}\n${body === undefined ? '' : canonicalJson(body)}`)
    .digest();
};

const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) => (isObject(member) ? sorted(member) : member));

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sorted = (object: object): object =>
  Object.fromEntries(Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1)));
