import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Problem, ValidationFailed } from './problem';

/** Deepest nesting of a JSON body: what walks over a body by recursion must not run out of stack. */
export const MAX_DEPTH = 100;

/** Whether a parsed value nests no deeper than `limit`; looks level by level, without recursion. */
export const nestsWithin = (value: unknown, limit: number): boolean => {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return false;
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
  }
  return true;
};

/**
 * Reads JSON bodies, and no other. An empty body is no body, also when a client announces JSON with it (as
 * some do with DELETE); `__proto__` and `constructor.prototype` are refused as malformed.
 */
export const acceptJsonBodies = (app: NestFastifyApplication, bodyLimit: number): void => {
  // Fastify reads plain text by itself; here it is no content type.
  app.getHttpAdapter().getInstance().removeContentTypeParser('text/plain');
  const parse = app.getHttpAdapter().getInstance().getDefaultJsonParser('error', 'error');
  app.useBodyParser('application/json', { bodyLimit }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    void parse(request as FastifyRequest, body.toString('utf8'), (error, value: unknown) => {
      if (error) done(new Problem(400, 'malformed_json', 'The body is not valid JSON.'));
      else if (nestsWithin(value, MAX_DEPTH)) done(null, value);
      else done(ValidationFailed.of('body', `must not nest deeper than ${MAX_DEPTH}`));
    });
  });
};
