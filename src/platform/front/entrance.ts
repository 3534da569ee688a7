import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Allowance } from '../throttling';
import { allowanceHeaders } from './answer-writer';
import { type FrontDesk, type FrontState } from './front-desk';
import { frontRouteOf } from './front-route';
import { headersSoFar, sendHit, standingHeaders, type StandingHeaders } from './send-hit';
import { tooMany } from './throttler.guard';

/**
 * Sends what memory has as soon as a request has been routed: after the same checks as on the long way (token,
 * limits, version), without the pipeline behind them, which costs several times as much. Before all other hooks
 * and middleware: the adapter has a place for that, since it adds its own hooks before any of ours. A request of a
 * page from another origin waits until CORS has set its headers (`openEntrance`).
 * @param standing the headers that every answer has, with a `vary` that names `Accept-Encoding`
 */
export const serveHitsFirst = (
  adapter: FastifyAdapter,
  desk: FrontDesk,
  standing: Readonly<Record<string, string>>,
): void => {
  const headers = standingHeaders(standing);
  adapter.getInstance().decorateRequest('front', null);
  adapter.setOnRequestHook((request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    if (request.method !== 'GET' || request.headers.origin !== undefined || !isCached(request)) {
      done();
      return;
    }
    const enter = (state: FrontState): void => {
      if (!serves(request, reply, desk, state, headers)) done();
    };
    const state = desk.admit(request);
    if (state instanceof Promise) state.then(enter, done);
    else enter(state);
  });
};

/**
 * Receives each request before its body is read: counts it, also where no handler will see it (unknown paths,
 * bodies that cannot be read), refuses one too many, and sends what memory has.
 * @param uncounted beginning of the paths that are neither counted nor cached: files of a page that is counted
 */
export const openEntrance = (fastify: FastifyInstance, desk: FrontDesk, uncounted: string): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith(uncounted)) {
      done();
      return;
    }
    const enter = (state: FrontState): void => {
      const waited = request.headers.origin !== undefined && isCached(request);
      if (waited && serves(request, reply, desk, state, undefined)) return;
      const { allowance } = state.admitted;
      if (allowance !== undefined) void reply.headers(allowanceHeaders(allowance));
      done(refusal(allowance));
    };
    const state = desk.admit(request);
    if (state instanceof Promise) state.then(enter, done);
    else enter(state);
  });
};

const isCached = (request: FastifyRequest): boolean => frontRouteOf(request)?.cached !== undefined;

const serves = (
  request: FastifyRequest,
  reply: FastifyReply,
  desk: FrontDesk,
  state: FrontState,
  standing: StandingHeaders | undefined,
): boolean => {
  const answer = desk.hit(state);
  if (answer === undefined) return false;
  sendHit(desk, request, reply, state, answer, standing ?? headersSoFar(reply));
  return true;
};

const refusal = (allowance: Allowance | undefined): Error | undefined =>
  allowance?.exceeded === true ? tooMany(allowance) : undefined;
