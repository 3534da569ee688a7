import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ACCEPTABLE = /^[\w.:/+=@-]{1,128}$/;

/**
 * The id a request is known by in answers (`X-Request-Id`) and logs: the caller's own if it is
 * 1 to 128 harmless characters, else a new UUID.
 */
export const requestId = (request: IncomingMessage): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
};
