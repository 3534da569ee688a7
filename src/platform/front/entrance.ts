import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Allowance } from '../throttling';
import { allowanceHeaders } from './answer-writer';
import { type FrontDesk, type FrontState } from './front-desk';
import { frontRouteOf } from './front-route';
import { tooMany } from './throttler.guard';

/**
 * Receives each request as soon as it has been routed, before its body is read: counts it, also where no handler
 * will see it (unknown paths, bodies that cannot be read), refuses one too many, and sends what memory has: after
 * the same checks as on the long way (token, limits, version), without the pipeline of handlers behind them, which
 * costs several times as much.
 * @param uncounted beginning of the paths that are neither counted nor cached: files of a page that is counted
 */
export const openEntrance = (fastify: FastifyInstance, desk: FrontDesk, uncounted: string): void => {
  fastify.decorateRequest('front', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith(uncounted)) {
      done();
      return;
    }
    const enter = (state: FrontState): void => {
      const { allowance } = state.admitted;
      if (allowance?.exceeded !== true && serves(request, reply, desk, state)) return;
      if (allowance !== undefined) void reply.headers(allowanceHeaders(allowance));
      done(refusal(allowance));
    };
    const state = desk.admit(request);
    if (state instanceof Promise) state.then(enter, done);
    else enter(state);
  });
};

const serves = (
  request: FastifyRequest,
  reply: FastifyReply,
  desk: FrontDesk,
  state: FrontState,
): boolean => {
  const cached = frontRouteOf(request)?.cached;
  return cached !== undefined && desk.serve(request, reply, cached, state);
};

const refusal = (allowance: Allowance | undefined): Error | undefined =>
  allowance?.exceeded === true ? tooMany(allowance) : undefined;
