import type { FastifyInstance, FastifyRequest } from 'fastify';
import { storage, type Store } from 'nestjs-pino/storage';
import type { Logger } from 'pino';

/** Injection token of the `pino` logger that lines of requests come from. */
export const ROOT_LOGGER = Symbol('root logger');

/**
 * What `nestjs-pino` logs a request's lines with: a logger that says which request it is. Made when the first line is
 * logged, since most requests log none but their own, which `logRequests` writes.
 */
class RequestStore implements Store {
  readonly responseLogger = undefined;
  private own: Logger | undefined;

  constructor(
    private readonly root: Logger,
    private readonly request: FastifyRequest,
  ) {}

  get logger(): Logger {
    this.own ??= this.root.child({ req: requestLine(this.request) });
    return this.own;
  }

  set logger(logger: Logger) {
    this.own = logger;
  }
}

/** What of a request is logged: never headers, bodies or query texts, which may hold secrets and personal data. */
const requestLine = (request: FastifyRequest): Record<string, unknown> => ({
  id: request.id,
  method: request.method,
  path: request.url.split('?', 1)[0],
});

/**
 * Has the lines that are logged during a request carry its id. In a hook instead of the middleware of `nestjs-pino`,
 * which makes a logger for each request, and lets each pass a router of its own.
 */
export const bindLogToRequests = (fastify: FastifyInstance, root: Logger): void => {
  fastify.addHook('onRequest', (request, _reply, done) => {
    storage.run(new RequestStore(root, request), done);
  });
};
