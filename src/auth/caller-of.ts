import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { AccessTokens } from './access-tokens';
import { bearerToken } from './bearer-token';
import type { SessionCaller } from './caller';

/**
 * A function that names the caller of a request by its access token, without I/O; `undefined` where there is
 * none that is valid, which `AuthGuard` later says in words.
 */
export const callerOf = (
  app: NestFastifyApplication,
): ((request: FastifyRequest) => SessionCaller | undefined) => {
  const tokens = app.get(AccessTokens);
  return ({ headers }) => {
    const token = bearerToken(headers.authorization);
    return token === undefined ? undefined : tokens.known(token);
  };
};
