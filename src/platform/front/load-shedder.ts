import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PoolUsage } from '../database';
import { Overloaded } from '../http';
import { LoadMonitor } from '../load';
import { frontRouteOf } from './front-route';

/** Seconds after which a client whose request was heavy may try again. */
const RETRY_HEAVY = 5;

/** The same for a light one. */
const RETRY_LIGHT = 2;

/** Light requests that are worked on at the same time while the process is saturated. */
const TRICKLE = 4;

/**
 * Refuses requests while the process is busy, before their handler and its checks of the body: heavy ones first
 * (`@Heavy()`), light ones only when it is saturated, `@Vital()` ones never. The cache asks it where it has no answer:
 * hits cost next to nothing and are served always.
 *
 * Also a saturated process works on a few light requests, as long as it has a connection to the database for them and memory
 * is not what it lacks: if all were refused that the cache lacks, a cache that is cold would stay so, and refusing them all
 * could keep the process saturated for as long as they come.
 */
@Injectable()
export class LoadShedder {
  private trickling = 0;

  constructor(
    private readonly load: LoadMonitor,
    private readonly pool: PoolUsage,
  ) {}

  /** Lets a request through to its handler. @throws Overloaded */
  pass(request: FastifyRequest, reply: FastifyReply): void {
    if (this.load.level === 'normal') return;
    const load = frontRouteOf(request)?.load;
    if (load === 'vital') return;
    const heavy = load?.heavy(request.query as Record<string, unknown>);
    if (heavy === undefined && (this.load.level !== 'saturated' || this.trickles(reply))) return;
    this.load.refused(heavy ?? 'light');
    throw new Overloaded(heavy === undefined ? RETRY_LIGHT : RETRY_HEAVY);
  }

  /** Whether this one may go on; then counts it until its answer has left. */
  private trickles(reply: FastifyReply): boolean {
    // Whose client has left meanwhile, and would never be counted as gone.
    if (reply.raw.closed) return false;
    const { used, waiting, max } = this.pool.now();
    if (this.load.lacksMemory || waiting > 0 || used >= max || this.trickling >= TRICKLE) return false;
    this.trickling += 1;
    reply.raw.once('close', () => {
      this.trickling -= 1;
    });
    return true;
  }
}
