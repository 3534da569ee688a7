import type { FastifyInstance } from 'fastify';

/**
 * Lets the server close when its last answer has been sent. By itself it would wait for clients that keep the
 * connection of that answer for a next request, up to the keep-alive timeout. The answers under way say
 * `Connection: close` as far as their head is not sent yet, and connections are closed once they are idle.
 */
export const closePromptly = (fastify: FastifyInstance): void => {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (_request, _reply, done) => {
    // The connection counts as idle only after this.
    if (closing) setImmediate(() => fastify.server.closeIdleConnections());
    done();
  });
};
