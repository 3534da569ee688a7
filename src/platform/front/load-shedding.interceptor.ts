import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Overloaded } from '../http';
import { LoadMonitor } from '../load';
import { frontRouteOf } from './front-route';

/** Seconds after which a client whose request was heavy may try again. */
const RETRY_HEAVY = 5;

/** The same for a light one. */
const RETRY_LIGHT = 2;

/**
 * Refuses requests while the process is busy, before their handler and its checks of the body: heavy ones first
 * (`@Heavy()`), light ones only when it is saturated, `@Vital()` ones never. It stands behind the cache, whose hits
 * cost next to nothing and are served always.
 */
@Injectable()
export class LoadSheddingInterceptor implements NestInterceptor {
  constructor(private readonly load: LoadMonitor) {}

  /** @throws Overloaded */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.load.level !== 'normal') this.refuseOrNot(context.switchToHttp().getRequest<FastifyRequest>());
    return next.handle();
  }

  private refuseOrNot(request: FastifyRequest): void {
    const load = frontRouteOf(request)?.load;
    if (load === 'vital') return;
    const heavy = load?.heavy(request.query as Record<string, unknown>);
    if (heavy === undefined && this.load.level !== 'saturated') return;
    this.load.refused(heavy ?? 'light');
    throw new Overloaded(heavy === undefined ? RETRY_LIGHT : RETRY_HEAVY);
  }
}
