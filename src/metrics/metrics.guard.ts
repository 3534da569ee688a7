import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { bearerToken, Unauthenticated } from '../auth';
import { AppConfig } from '../config';
import { NotFound } from '../platform/http';

/**
 * Lets those read the metrics who may: in production who shows `METRICS_TOKEN`, elsewhere everybody. Where there is
 * nothing to read, or nobody may, there is no such thing: 404, which tells who has forgotten the token more than a 401
 * that no token would turn.
 */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(private readonly config: AppConfig) {}

  /** @throws NotFound, Unauthenticated */
  canActivate(context: ExecutionContext): boolean {
    const { enabled, token } = this.config.metrics;
    if (!enabled) throw new NotFound();
    if (!this.config.production) return true;
    if (token === undefined) throw new NotFound();
    const shown = bearerToken(context.switchToHttp().getRequest<FastifyRequest>().headers.authorization);
    if (shown === undefined || !same(shown, token))
      throw new Unauthenticated('The token of the metrics is needed.');
    return true;
  }
}

/** Takes the same time wherever they differ, and however long they are. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
