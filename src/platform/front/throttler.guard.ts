import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RateLimited } from '../http';
import { type Allowance } from '../throttling';
import { FrontDesk, type FrontState } from './front-desk';

/** 429: the client has sent as many requests as it may in a minute or an hour. */
export const tooMany = ({ limit, reset }: Allowance): RateLimited =>
  new RateLimited(`Too many requests: ${limit} are allowed. Try again in ${reset} seconds.`, reset);

/**
 * No handler runs for a request too many. The entrance has refused it before its body was read; a request that
 * came past the entrance is counted and judged here. Routes with `@SkipThrottle()` are not counted.
 */
@Injectable()
export class ThrottlerGuard implements CanActivate {
  constructor(private readonly desk: FrontDesk) {}

  /** @throws RateLimited */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const state = this.desk.admit(context.switchToHttp().getRequest<FastifyRequest>());
    return state instanceof Promise ? state.then(judge) : judge(state);
  }
}

const judge = ({ admitted: { allowance } }: FrontState): true => {
  if (allowance?.exceeded === true) throw tooMany(allowance);
  return true;
};
