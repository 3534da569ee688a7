import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Role } from '../users';
import { AccessTokens } from './access-tokens';
import { Forbidden, Unauthenticated } from './auth.errors';
import { bearerToken } from './bearer-token';
import type { SessionCaller } from './caller';
import { PUBLIC_ROUTE, REQUIRED_ROLES } from './decorators';

interface RouteRule {
  public: boolean;
  /** `undefined`: any role will do. */
  roles: readonly Role[] | undefined;
}

type Handler = ReturnType<ExecutionContext['getHandler']>;

/**
 * Stands before every route: demands an access token unless the route is `@Public()`, and a role where
 * `@Roles()` says so. Does no I/O and waits for nothing; what a route demands is read once.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  /** By class as well as by method: a method may be inherited by controllers with different rules. */
  private readonly rules = new WeakMap<Type, WeakMap<Handler, RouteRule>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly accessTokens: AccessTokens,
  ) {}

  /** @throws Unauthenticated, TokenExpired, Forbidden */
  canActivate(context: ExecutionContext): boolean {
    const rule = this.ruleOf(context.getClass(), context.getHandler());
    if (rule.public) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.authenticate(request.headers.authorization);
    if (rule.roles !== undefined && !rule.roles.includes(caller.role)) throw new Forbidden();
    request.user = caller;
    return true;
  }

  private authenticate(authorization: string | undefined): SessionCaller {
    const token = bearerToken(authorization);
    if (token === undefined) throw new Unauthenticated();
    return this.accessTokens.verify(token);
  }

  private ruleOf(controller: Type, handler: Handler): RouteRule {
    let rules = this.rules.get(controller);
    if (rules === undefined) this.rules.set(controller, (rules = new WeakMap()));
    let rule = rules.get(handler);
    if (rule === undefined) rules.set(handler, (rule = this.readRule(controller, handler)));
    return rule;
  }

  private readRule(controller: Type, handler: Handler): RouteRule {
    const targets = [handler, controller];
    return {
      public: this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) ?? false,
      roles: this.reflector.getAllAndOverride<Role[] | undefined>(REQUIRED_ROLES, targets),
    };
  }
}
