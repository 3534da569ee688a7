import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../http';
import { type Allowance } from '../throttling';
import { allowanceHeaders } from './answer-writer';
import { FrontDesk, type FrontState } from './front-desk';

/** 429: the client has sent as many requests as it may in a minute or an hour. */
export class RateLimited extends Problem {
  constructor({ limit, reset }: Allowance) {
    super(429, 'rate_limited', `Too many requests: ${limit} are allowed. Try again in ${reset} seconds.`, {
      headers: { 'retry-after': String(reset) },
    });
  }
}

/**
 * Counts every request against the limits of its client, over all routes together, before anything is done for
 * it, and tells the client what is left. Routes with `@SkipThrottle()` are not counted.
 */
@Injectable()
export class ThrottlerGuard implements CanActivate {
  constructor(private readonly desk: FrontDesk) {}

  /** @throws RateLimited */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const state = this.desk.admit(http.getRequest<FastifyRequest>());
    return state instanceof Promise ? state.then((found) => judge(found, reply)) : judge(state, reply);
  }
}

const judge = ({ admitted: { allowance } }: FrontState, reply: FastifyReply): true => {
  if (allowance === undefined) return true;
  void reply.headers(allowanceHeaders(allowance));
  if (allowance.exceeded) throw new RateLimited(allowance);
  return true;
};
