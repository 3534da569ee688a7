import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { NotFound, Problem } from './problem';
import { problemDocument } from './problem.filter';

/**
 * Answers what Fastify's router refuses before any hook or filter runs: an address that cannot be decoded, or
 * a part of it so long that it names nothing.
 */
export const answerFrameworkError = (
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const problem =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? new NotFound()
      : new Problem(400, 'bad_request', 'The address of the request cannot be read.');
  void reply
    .status(problem.status)
    .header('x-request-id', request.id)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(problem, request)));
};
