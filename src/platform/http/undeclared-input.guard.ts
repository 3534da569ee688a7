import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import { ValidationFailed, type FieldError } from './problem';

const ANY_INPUT = 'jobtrail:any-input';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What a route looks at by itself; the rest must not be sent. */
interface Declared {
  query: boolean;
  body: boolean;
}

/** Lets a route take any query and body without looking at them, as probes may add what they like. */
export const AnyInput = (): MethodDecorator => SetMetadata(ANY_INPUT, true);

/**
 * Refuses query parameters on routes without `@Query()` and bodies on routes without `@Body()`, where no DTO
 * is there to refuse them. An empty object is no body. A route with `@Req()` answers for its body itself.
 * What a route declares is read once, from what Nest itself notes of its handler's parameters.
 */
export class UndeclaredInputGuard implements CanActivate {
  private readonly declared = new WeakMap<Handler, Declared>();

  /** @throws ValidationFailed that names what is not known */
  canActivate(context: ExecutionContext): boolean {
    const { query, body } = this.declaredBy(context);
    if (query && body) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const errors: FieldError[] = [];
    if (!query) errors.push(...unknownNames(request.query));
    if (!body && request.body !== undefined) errors.push(...unknownBody(request.body));
    if (errors.length > 0) throw new ValidationFailed(errors);
    return true;
  }

  private declaredBy(context: ExecutionContext): Declared {
    const handler = context.getHandler();
    let declared = this.declared.get(handler);
    if (declared === undefined) this.declared.set(handler, (declared = readDeclared(context)));
    return declared;
  }
}

const readDeclared = (context: ExecutionContext): Declared => {
  const handler = context.getHandler();
  if (Reflect.getMetadata(ANY_INPUT, handler) === true) return { query: true, body: true };
  // By the kind and the place of each parameter, such as `3:0`; those of own decorators have other keys.
  const parameters = Object.keys(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) ?? {}) as object,
  );
  const has = (kind: RouteParamtypes): boolean => parameters.some((key) => key.startsWith(`${kind}:`));
  return {
    query: has(RouteParamtypes.QUERY),
    body: has(RouteParamtypes.BODY) || has(RouteParamtypes.REQUEST),
  };
};

const unknownNames = (given: unknown): FieldError[] =>
  Object.keys(given ?? {}).map((field) => ({ field, message: 'is not known here' }));

const unknownBody = (body: unknown): FieldError[] =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? unknownNames(body)
    : [{ field: 'body', message: 'is not known here' }];
