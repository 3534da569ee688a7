import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { type AppConfig } from '../../config';
import { OutOfRoom, Overloaded, type Problem } from './problem';
import { problemFromError } from './problem-from-error';
import { VerbatimAnswer } from './verbatim-answer';

/** The document of RFC 9457 for a problem. `type` is `about:blank`: `code` is the stable name. */
export const problemDocument = (
  problem: Problem,
  request: { url: string; id: string },
): Record<string, unknown> => ({
  type: 'about:blank',
  title: STATUS_CODES[problem.status] ?? 'Error',
  status: problem.status,
  detail: problem.message,
  instance: request.url.split('?', 1)[0],
  code: problem.code,
  requestId: request.id,
  ...problem.extensions,
});

/** Answers every error as `application/problem+json`; logs what is our fault, with its cause. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  constructor(private readonly config: AppConfig) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (error instanceof VerbatimAnswer) {
      void reply.status(error.status).headers(error.headers);
      // What has no body has nothing to say of one.
      if (error.status === 304) void reply.removeHeader('content-type').send();
      else void reply.send(error.body);
      return;
    }
    const problem = problemFromError(error, this.config.http.maxBodyBytes);
    this.log(problem, error, request);
    if (reply.sent || reply.raw.headersSent) {
      // A stream broke after its head was sent: cut the connection, so that the client sees it is incomplete.
      reply.raw.destroy();
      return;
    }
    void reply
      .status(problem.status)
      .headers(problem.headers)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemDocument(problem, request)));
  }

  private log(problem: Problem, error: unknown, request: FastifyRequest): void {
    // A line for each refusal would cost what the refusal is to spare; the change of level is logged.
    if (problem.status < 500 || problem instanceof Overloaded) return;
    const cause = problem.cause ?? error;
    const line = { err: cause, requestId: request.id, code: problem.code };
    const text = problem.status === 503 ? 'Answered 503' : 'Unexpected error';
    // A full disk does not pass by itself.
    if (problem.status === 503 && !(problem instanceof OutOfRoom)) this.logger.warn(line, text);
    else this.logger.error(line, text);
  }
}
