import type { FastifyInstance } from 'fastify';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { IdleEnd } from './idle-end';
import { OpenConnections } from './open-connections';
import { Unavailable, type Problem } from './problem';
import { problemDocument } from './problem.filter';
import { inQuietMoment } from './quiet-moment';
import { requestId } from './request-id';

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
 * not sent yet. The port is closed in a quiet moment; then a connection is closed once no request is under way on it: a
 * new one after a second, one whose client could not be told any more after as long as the others were given between
 * `letGo` and the close. What still comes on one is answered as ever, until the rest is cut. No connection is closed before
 * what has come on it has been read, however long the process was not running meanwhile.
 *
 * Takes the place of the server's `closeIdleConnections`, for which an answer is over when it has been made: what a
 * slow client had not taken of it yet would be lost. The server has to be made with `return503OnClosing: false`.
 */
export const closePromptly = (fastify: FastifyInstance): Door => {
  const { server } = fastify;
  const connections = new OpenConnections();
  let letGoAt = Infinity;
  let isCut = false;
  const letGo = (): void => {
    letGoAt = Math.min(letGoAt, performance.now());
    for (const response of connections.responses()) response.shouldKeepAlive = false;
  };
  const idle = new IdleEnd(connections);
  fastify.addHook('preClose', async () => {
    letGo();
    const told = performance.now() - letGoAt;
    // So that what is run from the last look on is compiled by then: most of that time would go there.
    createServer().close();
    await inQuietMoment(server, () => {
      server.close();
      idle.begin(told);
    });
  });
  // On the server rather than in hooks of routes: the framework, and the cache, answer some requests themselves.
  server.on('connection', (socket: Socket) => connections.add(socket));
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (letGoAt < Infinity) response.shouldKeepAlive = false;
    connections.begin(request, response, () => idle.look());
  });
  server.once('close', () => idle.end());
  fastify.addHook('onRequest', (_request, _reply, done) => done(isCut ? shuttingDown() : undefined));
  server.closeIdleConnections = () => idle.look();
  const cutAll = (): number => {
    isCut = true;
    return cut(connections);
  };
  return { letGo, cut: cutAll };
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
