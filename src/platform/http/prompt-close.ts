import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { OpenConnections } from './open-connections';
import { Unavailable, type Problem } from './problem';
import { problemDocument } from './problem.filter';
import { inQuietMoment } from './quiet-moment';
import { requestId } from './request-id';

/** How long a new connection may stay without a request once the port is closed. Milliseconds. */
const FRESH = 1_000;

/** How long the answers may take that are sent in place of others. Milliseconds. */
const LAST_WORD = 250;

/** The end of a server, step by step; each only once it is wanted. */
export interface Door {
  /** From now on each answer is the last on its connection; the port stays open. */
  letGo(): void;
  /** Answers 503 to what is under way as far as nothing of its answer is sent, and cuts the rest. Gives how many it were. */
  cut(): number;
}

/**
 * Lets the server close without losing a request, and as soon as its last answer has been sent. By itself it would reset
 * connections that it has not looked at yet, answer requests that are on their way with an error, and wait for clients
 * that keep the connection of an answer for a next request, up to the keep-alive timeout, and without end for those that
 * have opened one and asked nothing yet, as browsers do ahead of need.
 *
 * From `letGo` on, at the latest from the beginning of the close, answers say `Connection: close`, as far as their head is
 * not sent yet. The port is closed in a quiet moment; then a connection is closed once no request is under way on it, a
 * new one after a second. What comes after that second all the same, on a connection that was told nothing since the head
 * of its answer was sent before, is answered 503.
 *
 * Takes the place of the server's `closeIdleConnections`, for which an answer is over when it has been made: what a
 * slow client had not taken of it yet would be lost. The server has to be made with `return503OnClosing: false`.
 */
export const closePromptly = (fastify: FastifyInstance): Door => {
  const { server } = fastify;
  const connections = new OpenConnections();
  let lettingGo = false;
  let closedAt = Infinity;
  const letGo = (): void => {
    lettingGo = true;
    for (const response of connections.responses()) response.shouldKeepAlive = false;
  };
  const closeIdle = (): void => {
    if (closedAt < Infinity) connections.closeIdle(FRESH);
  };
  fastify.addHook('preClose', async () => {
    letGo();
    await inQuietMoment(server, () => {
      closedAt = performance.now();
      server.close();
    });
    closeIdle();
    setTimeout(closeIdle, FRESH + 1).unref();
  });
  // On the server rather than in hooks of routes: the framework, and the cache, answer some requests themselves.
  server.on('connection', (socket: Socket) => connections.add(socket));
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (lettingGo) response.shouldKeepAlive = false;
    connections.begin(request, response, closeIdle);
  });
  fastify.addHook('onRequest', (_request, _reply, done) => {
    const late = closedAt < Infinity && performance.now() > closedAt + FRESH;
    done(late ? shuttingDown() : undefined);
  });
  server.closeIdleConnections = closeIdle;
  return { letGo, cut: () => cut(connections) };
};

const shuttingDown = (): Problem => new Unavailable('The instance is shutting down. Try again.');

const cut = (connections: OpenConnections): number => {
  const responses = [...connections.responses()];
  for (const response of responses) {
    if (response.headersSent) response.destroy();
    else refuse(response);
  }
  // Whose body is still on its way, or who does not take the answer.
  setTimeout(() => connections.destroy(), LAST_WORD).unref();
  return responses.length;
};

/** As the filter of problems does; its request is still somewhere in a handler, which does not come to answer it. */
const refuse = (response: ServerResponse): void => {
  const { req: request } = response;
  const id = requestId(request);
  const problem = shuttingDown();
  const body = JSON.stringify(problemDocument(problem, { url: request.url ?? '', id }));
  response.writeHead(problem.status, {
    ...problem.headers,
    connection: 'close',
    'content-length': Buffer.byteLength(body),
    'content-type': 'application/problem+json; charset=utf-8',
    'x-request-id': id,
  });
  response.end(body);
};
