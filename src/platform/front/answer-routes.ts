import type { FastifyInstance, RouteOptions } from 'fastify';
import { isRead } from './front-desk';
import { type RouteAnswers } from './route-answers';
import { type LoadShedder } from './load-shedder';

/**
 * Has every request pass the cache, where its route has `@Cached()`, and the `LoadShedder` before its handler. In the
 * routes themselves rather than in an interceptor: those run through RxJS and bind each request to its asynchronous context,
 * which costs a read that misses the cache as much as all the rest before its statement. Has to be called before routes
 * are added, and after what is to see the bytes that leave last, such as compression.
 */
export const answerRoutes = (fastify: FastifyInstance, answers: RouteAnswers, shedder: LoadShedder): void => {
  fastify.decorateRequest('making', null);
  fastify.addHook('onRoute', (route) => {
    if (route.config?.front?.cached === undefined) shed(route, shedder);
    else cache(route, answers);
  });
};

const shed = (route: RouteOptions, shedder: LoadShedder): void => {
  const { handler } = route;
  route.handler = function (request, reply): unknown {
    shedder.pass(request, reply);
    return handler.call(this, request, reply);
  };
};

const cache = (route: RouteOptions, answers: RouteAnswers): void => {
  const { handler } = route;
  route.handler = function (request, reply): unknown {
    const cached = request.routeOptions.config.front?.cached;
    if (cached === undefined || !isRead(request)) return handler.call(this, request, reply);
    return answers.answer(request, reply, cached, () => handler.call(this, request, reply));
  };
  route.onSend = [
    (request, reply, payload, done): void => answers.finish(request, reply, payload, done),
    ...[route.onSend ?? []].flat(),
  ];
};
