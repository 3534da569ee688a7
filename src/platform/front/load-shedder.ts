import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Overloaded } from '../http';
import { LoadMonitor } from '../load';
import { frontRouteOf } from './front-route';

/** Seconds after which a client whose request was heavy may try again. */
const RETRY_HEAVY = 5;

/** The same for a light one. */
const RETRY_LIGHT = 2;

/**
 * Refuses requests while the process is busy, before their handler and its checks of the body: heavy ones first
 * (`@Heavy()`), light ones only when it is saturated, `@Vital()` ones never. The cache asks it where it has no answer:
 * hits cost next to nothing and are served always.
 */
@Injectable()
export class LoadShedder {
  constructor(private readonly load: LoadMonitor) {}

  /** Lets a request through to its handler. @throws Overloaded */
  pass(request: FastifyRequest): void {
    if (this.load.level === 'normal') return;
    const load = frontRouteOf(request)?.load;
    if (load === 'vital') return;
    const heavy = load?.heavy(request.query as Record<string, unknown>);
    if (heavy === undefined && this.load.level !== 'saturated') return;
    this.load.refused(heavy ?? 'light');
    throw new Overloaded(heavy === undefined ? RETRY_LIGHT : RETRY_HEAVY);
  }
}
