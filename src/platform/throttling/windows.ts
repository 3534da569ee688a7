import { type RateLimitConfig } from '../../config';

/** The windows that requests are counted in. Each begins with a client's first request. */
export const MINUTE = 60;
export const HOUR = 3_600;

/** What a client has left in its tightest window. */
export interface Allowance {
  /** Most requests in the window. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly reset: number;
  /** Whether this request is one too many. */
  readonly exceeded: boolean;
}

/** One window of one client: requests counted in it, and milliseconds until it ends. */
export interface WindowState {
  count: number;
  endsIn: number;
}

const allowance = (limit: number, { count, endsIn }: WindowState): Allowance => ({
  limit,
  remaining: Math.max(0, limit - count),
  reset: Math.max(1, Math.ceil(endsIn / 1000)),
  exceeded: count > limit,
});

/**
 * The allowance by the tighter of both windows: the one that is exceeded, else the one with less left.
 * A request that is one too many has `count` beyond the limit.
 */
export const tightest = (
  { perMinute, perHour }: RateLimitConfig,
  minute: WindowState,
  hour: WindowState,
): Allowance => {
  const short = allowance(perMinute, minute);
  const long = allowance(perHour, hour);
  if (short.exceeded !== long.exceeded) return short.exceeded ? short : long;
  // Both exceeded: the one that lasts longer says when it is worth trying again.
  if (long.exceeded) return long.reset > short.reset ? long : short;
  return long.remaining < short.remaining ? long : short;
};
