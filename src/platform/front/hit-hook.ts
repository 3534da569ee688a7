import type { FastifyInstance } from 'fastify';
import { type FrontDesk, type FrontState } from './front-desk';
import { frontRouteOf } from './front-route';

/**
 * Answers what memory has as soon as a request has been routed: the same checks as on the long way (token,
 * limits, version), without the pipeline of handlers behind them, which costs several times as much.
 */
export const serveHitsFirst = (fastify: FastifyInstance, desk: FrontDesk): void => {
  fastify.decorateRequest('front', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    const cached = frontRouteOf(request)?.cached;
    if (cached === undefined || request.method !== 'GET') {
      done();
      return;
    }
    const serve = (state: FrontState): void => {
      if (!desk.serve(request, reply, cached, state)) done();
    };
    const state = desk.admit(request);
    if (state instanceof Promise) state.then(serve, done);
    else serve(state);
  });
};
