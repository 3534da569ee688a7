import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role } from '../users';
import { Unauthenticated } from './auth.errors';
import type { SessionCaller } from './caller';

/** Metadata key of `@Public()`. */
export const PUBLIC_ROUTE = 'jobtrail:public';

/** Metadata key of `@Roles()`. */
export const REQUIRED_ROLES = 'jobtrail:roles';

/** Opens a route, or all routes of a controller, to callers without an access token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC_ROUTE, true);

/** Lets only callers with one of these roles use a route, or all routes of a controller; others get 403. */
export const Roles = (...roles: Role[]): MethodDecorator & ClassDecorator =>
  SetMetadata(REQUIRED_ROLES, roles);

/**
 * Hands the caller to a parameter of type `Caller` (or `SessionCaller`).
 * @throws Unauthenticated on a public route, where nobody is known
 */
export const CurrentUser = createParamDecorator(
  (_data: undefined, context: ExecutionContext): SessionCaller => {
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (user === undefined) throw new Unauthenticated();
    return user;
  },
);
