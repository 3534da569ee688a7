import { LRUCache } from 'lru-cache';
import { performance } from 'node:perf_hooks';
import { type RateLimitConfig } from '../../config';
import { HOUR, MINUTE, tightest, type Allowance } from './windows';

/** Clients that are remembered; about 150 bytes each. */
const REMEMBERED = 100_000;

interface Client {
  minuteEnds: number;
  minute: number;
  hourEnds: number;
  hour: number;
}

/**
 * Counts the requests of each client in this process, on the monotonic clock. A request that is refused by one
 * window is not counted in either, so that who keeps knocking is let in again when the window ends.
 */
export class MemoryWindows {
  private readonly clients = new LRUCache<string, Client>({ max: REMEMBERED });

  constructor(private readonly config: RateLimitConfig) {}

  /** Counts one request. */
  count(client: string, now = performance.now()): Allowance {
    const state = this.stateOf(client, now);
    const { perMinute, perHour } = this.config;
    const counts = state.minute < perMinute && state.hour < perHour;
    if (counts) {
      state.minute += 1;
      state.hour += 1;
    }
    const beyond = (count: number, limit: number): number => (!counts && count >= limit ? limit + 1 : count);
    return tightest(
      this.config,
      { count: beyond(state.minute, perMinute), endsIn: state.minuteEnds - now },
      { count: beyond(state.hour, perHour), endsIn: state.hourEnds - now },
    );
  }

  private stateOf(client: string, now: number): Client {
    let state = this.clients.get(client);
    if (state === undefined) {
      state = { minuteEnds: now + MINUTE * 1000, minute: 0, hourEnds: now + HOUR * 1000, hour: 0 };
      this.clients.set(client, state);
      return state;
    }
    if (now >= state.minuteEnds) {
      state.minute = 0;
      state.minuteEnds = now + MINUTE * 1000;
    }
    if (now >= state.hourEnds) {
      state.hour = 0;
      state.hourEnds = now + HOUR * 1000;
    }
    return state;
  }
}
