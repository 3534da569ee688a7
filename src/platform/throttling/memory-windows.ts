import { LRUCache } from 'lru-cache';
import { performance } from 'node:perf_hooks';
import { type RateLimitConfig } from '../../config';
import { HOUR, MINUTE, tightest, type Allowance } from './windows';

/** Clients that are remembered; about 200 bytes each. Of more, those are forgotten who have been away longest. */
const REMEMBERED = 100_000;

/** Requests counted in both windows, and when those end. */
interface Client {
  minuteEnds: number;
  minute: number;
  hourEnds: number;
  hour: number;
}

/**
 * Counts the requests of each client in this process, on the monotonic clock. A window begins with the first
 * request that is counted in it. A request that is refused by one window is counted in neither and begins none,
 * so that who keeps knocking is let in again when the window ends.
 */
export class MemoryWindows {
  private readonly clients: LRUCache<string, Client>;

  /** @param remembered clients; room for them is taken at once */
  constructor(
    private readonly config: RateLimitConfig,
    remembered = REMEMBERED,
  ) {
    this.clients = new LRUCache({ max: remembered });
  }

  /** Counts one request. */
  count(client: string, now = performance.now()): Allowance {
    const { perMinute, perHour } = this.config;
    const state = this.stateOf(client, now);
    const overMinute = state.minute >= perMinute;
    const overHour = state.hour >= perHour;
    if (!overMinute && !overHour) {
      if ((state.minute += 1) === 1) state.minuteEnds = now + MINUTE * 1000;
      if ((state.hour += 1) === 1) state.hourEnds = now + HOUR * 1000;
    }
    return tightest(
      this.config,
      { count: overMinute ? perMinute + 1 : state.minute, endsIn: state.minuteEnds - now },
      { count: overHour ? perHour + 1 : state.hour, endsIn: state.hourEnds - now },
    );
  }

  private stateOf(client: string, now: number): Client {
    let state = this.clients.get(client);
    if (state === undefined) {
      state = { minuteEnds: now, minute: 0, hourEnds: now, hour: 0 };
      this.clients.set(client, state);
    }
    if (now >= state.minuteEnds) state.minute = 0;
    if (now >= state.hourEnds) state.hour = 0;
    return state;
  }
}
