import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/** Injection token of the `pino` logger of requests. */
export const REQUEST_LOGGER = Symbol('request logger');

/**
 * Logs each request once, when its answer has left or broken off, with its duration in milliseconds: at level
 * `error` where the fault is ours. Never headers, bodies or query texts, which may hold secrets and personal data.
 */
export const logRequests = (fastify: FastifyInstance, logger: Logger): void => {
  fastify.addHook('onResponse', (request, reply, done) => {
    const status = reply.raw.statusCode;
    const line = {
      req: { id: request.id, method: request.method, path: pathOf(request.url) },
      res: { status },
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
    };
    if (status >= 500) logger.error(line, 'request failed');
    else logger.info(line, 'request');
    done();
  });
};

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};
