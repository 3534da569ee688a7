import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from 'pino';

/** Injection token of the `pino` logger of requests. */
export const REQUEST_LOGGER = Symbol('request logger');

/** Memory that a request must have had the process take for its line to say so. Bytes. */
export const LARGE_MEMORY_DELTA = 32 * 1024 * 1024;

/** A request that is answered within this takes no such amount: memory is not looked at again. Milliseconds. */
const MEMORY_LOOKED_AT_FROM = 10;

declare module 'fastify' {
  interface FastifyRequest {
    /** Bytes that the process had in heap and buffers when the request came; 0 where nobody looked. */
    memoryBefore: number;
    /** Whether its line has been written. */
    logged: boolean;
  }
}

/** What the log says of a request whose client left before any answer, as nginx does. */
const CLIENT_LEFT = 499;

/** What the log of requests goes by. */
export interface RequestLogOptions {
  /** Milliseconds from which a request is logged as slow, and as very slow. */
  slow: number;
  verySlow: number;
  /** The id of who sent it, where that is known. */
  userOf: (request: FastifyRequest) => string | undefined;
  /** Whether it takes as long as its data or its client: then it is never slow. */
  isLong: (request: FastifyRequest) => boolean;
}

/**
 * Logs each request once, when its answer has left or broken off: level `error` where the fault is ours or it was very
 * slow, `warn` where it was slow or answered 503. Never headers, bodies or query texts, which may hold secrets and personal data.
 *
 * A line says how much memory the process took meanwhile when that was 32 MiB or more: the growth of V8's heap and of
 * the buffers outside, garbage included. Other requests of that time have their part in it. Two looks at the heap
 * cost about 1 us each; answers that leave before the hooks of requests, as those from the cache do, cost none.
 */
export const logRequests = (fastify: FastifyInstance, logger: Logger, options: RequestLogOptions): void => {
  fastify.decorateRequest('memoryBefore', 0);
  fastify.decorateRequest('logged', false);
  const log = (request: FastifyRequest, reply: FastifyReply): void => {
    if (request.logged) return;
    request.logged = true;
    const line = requestLine(request, reply, options.userOf(request));
    const { durationMs } = line;
    const slow = durationMs >= options.slow && !options.isLong(request);
    // Told to come back: by a probe that is to be told so, or for a reason that has a line of its own.
    if (line.res.status === 503) logger.warn(line, 'request refused');
    else if (line.res.status >= 500) logger.error(line, 'request failed');
    else if (slow && durationMs >= options.verySlow) logger.error(line, 'very slow request');
    else if (slow) logger.warn(line, 'slow request');
    else logger.info(line, 'request');
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    request.memoryBefore = memoryInUse();
    // Fastify tells nobody of answers that break off.
    reply.raw.once('close', () => log(request, reply));
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    log(request, reply);
    done();
  });
};

interface RequestLine {
  req: { id: string; method: string; path: string; route?: string };
  res: { status: number };
  durationMs: number;
  userId?: string;
  /** The client left before it had the whole answer. */
  aborted?: true;
  /** Bytes. */
  memoryDelta?: number;
}

const requestLine = (
  request: FastifyRequest,
  reply: FastifyReply,
  userId: string | undefined,
): RequestLine => {
  const { raw } = reply;
  const aborted = !raw.writableFinished;
  const line: RequestLine = {
    req: { id: request.id, method: request.method, path: pathOf(request.url) },
    res: { status: aborted && !raw.headersSent ? CLIENT_LEFT : raw.statusCode },
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
  };
  const route = routeOf(request);
  if (route !== undefined) line.req.route = route;
  if (userId !== undefined) line.userId = userId;
  if (aborted) line.aborted = true;
  if (request.memoryBefore > 0 && line.durationMs >= MEMORY_LOOKED_AT_FROM) {
    const delta = memoryInUse() - request.memoryBefore;
    if (delta >= LARGE_MEMORY_DELTA) line.memoryDelta = delta;
  }
  return line;
};

const memoryInUse = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

const templates = new Map<string, string>();

/** As the API's documentation writes it: `/api/jobs/{id}`; `undefined` where the path is no route. */
const routeOf = ({ routeOptions: { url } }: FastifyRequest): string | undefined => {
  if (url === undefined || url === '*') return undefined;
  let template = templates.get(url);
  if (template === undefined) {
    template = url.replaceAll(/:(\w+)/g, '{$1}').replace(/(?<=.)\/$/, '');
    templates.set(url, template);
  }
  return template;
};
