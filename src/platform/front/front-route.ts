import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants';
import type { FastifyRequest } from 'fastify';
import { CACHED_MARK, UNLIMITED_MARK } from './front-docs';

/** How the answers of a route are cached. */
export interface CachedRoute {
  /** Under what its hits are counted, and its time to live may be set. */
  readonly namespace: string;
  /** Whose data is answered: the caller's, or everyone's. Default `user`. */
  readonly scope?: 'user' | 'public';
  /** Seconds; by default `CACHE_TTL_SECONDS`. */
  readonly ttl?: number;
  /**
   * May be as old as its time to live, and so is served from memory without asking whether it is current: neither
   * the caller's own writes nor invalidating reach it. With `user` scope it is still kept apart by user.
   */
  readonly mayBeOld?: boolean;
  /** Query parameters with which an answer is not cached. */
  readonly unless?: readonly string[];
  /** What the ETag is made of: what the answer was read under (default), or its bytes. */
  readonly tag?: 'version' | 'content';
}

/**
 * How a route is treated when the process is busy: `vital` is always answered; a heavy one is refused first, and
 * named, by what is asked of it where that depends on the query. Others, and `undefined`, are light: refused last.
 */
export type RouteLoad = 'vital' | { readonly heavy: (query: Record<string, unknown>) => string | undefined };

/** What is known of a route from its decorators, looked up once at start. */
export interface FrontRoute {
  readonly cached?: CachedRoute;
  readonly unlimited?: true;
  readonly uncompressed?: true;
  readonly load?: RouteLoad;
  readonly long?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    front?: FrontRoute;
  }
}

/** Adds to what other decorators say of the same handler. */
const frontRoute =
  (part: FrontRoute): MethodDecorator =>
  (target, name, descriptor: PropertyDescriptor) => {
    const handler = descriptor.value as object;
    const known = (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ?? {}) as {
      front?: FrontRoute;
    };
    const config = { ...known, front: { ...known.front, ...part } };
    applyDecorators(SetMetadata(FASTIFY_ROUTE_CONFIG_METADATA, config))(target, name, descriptor);
  };

/** Caches the answers of a GET route, and documents that. Errors and streams never are. */
export const Cached = (route: CachedRoute): MethodDecorator =>
  applyDecorators(frontRoute({ cached: route }), ApiExtension(CACHED_MARK, true));

/** Does not count the requests of a route against the limits of their client. */
export const SkipThrottle = (): MethodDecorator =>
  applyDecorators(frontRoute({ unlimited: true }), ApiExtension(UNLIMITED_MARK, true));

/** Never compresses the answers of a route: they hold a secret next to what the caller has sent. */
export const Uncompressed = (): MethodDecorator => frontRoute({ uncompressed: true });

/**
 * A route that costs much: it is refused first when the process is busy.
 * @param kind under what its refusals are counted; or a function that tells it by the query, unchecked as it came,
 *   and `undefined` for what is light
 */
export const Heavy = (
  kind: string | ((query: Record<string, unknown>) => string | undefined),
): MethodDecorator => frontRoute({ load: { heavy: typeof kind === 'string' ? () => kind : kind } });

/** A route that takes as long as its data, or as its client sends or reads it: it never counts as slow. */
export const Long = (): MethodDecorator => frontRoute({ long: true });

/** A route that is answered however busy the process is. */
export const Vital = (): MethodDecorator => frontRoute({ load: 'vital' });

/** What the decorators of a request's route say. */
export const frontRouteOf = (request: FastifyRequest): FrontRoute | undefined =>
  request.routeOptions.config.front;
