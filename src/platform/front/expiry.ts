import type { FastifyRequest } from 'fastify';

const expiries = new WeakMap<FastifyRequest, number>();

/**
 * Says that the answer to this request is right only for so long, since it depends on the day, say.
 * @param milliseconds from before the answer was read
 */
export const expiresWithin = (request: FastifyRequest, milliseconds: number, from = Date.now()): void => {
  expiries.set(request, from + milliseconds);
};

/** Until when the answer to this request is right; milliseconds since 1970. */
export const expiryOf = (request: FastifyRequest): number | undefined => expiries.get(request);
