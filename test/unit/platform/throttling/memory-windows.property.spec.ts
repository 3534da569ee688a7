import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RateLimitConfig } from '../../../../src/config';
import { MemoryWindows, type Allowance } from '../../../../src/platform/throttling';

const configOf = (perMinute: number, perHour: number): RateLimitConfig => ({
  enabled: true,
  tracker: 'ip',
  perMinute,
  perHour,
});

interface Expected {
  exceeded: boolean;
  /** By window, the shorter first: requests left, and milliseconds until it ends. */
  windows: { limit: number; left: number; endsIn: number }[];
}

/** As one would do it without thinking of speed: from the times of all requests that were ever let in. */
class NaiveWindows {
  private readonly counted = new Map<string, number[]>();

  constructor(private readonly config: RateLimitConfig) {}

  count(client: string, now: number): Expected {
    const times = this.counted.get(client) ?? [];
    this.counted.set(client, times);
    const { perMinute, perHour } = this.config;
    const state = () => [
      { limit: perMinute, ...inWindow(times, 60_000, now) },
      { limit: perHour, ...inWindow(times, 3_600_000, now) },
    ];
    const exceeded = state().some(({ limit, count }) => count >= limit);
    if (!exceeded) times.push(now);
    const windows = state().map(({ limit, count, endsIn }) => ({ limit, left: limit - count, endsIn }));
    return { exceeded, windows };
  }
}

/** A window begins with the first request after the end of the one before it. */
const inWindow = (
  times: readonly number[],
  length: number,
  now: number,
): { count: number; endsIn: number } => {
  let begin = -Infinity;
  for (const time of times) if (time >= begin + length) begin = time;
  if (now >= begin + length) return { count: 0, endsIn: 0 };
  return { count: times.filter((time) => time >= begin).length, endsIn: begin + length - now };
};

const limits = fc.record({
  perMinute: fc.integer({ min: 1, max: 6 }),
  perHour: fc.integer({ min: 1, max: 12 }),
});

/** Milliseconds between requests: bursts, about a window, exactly a window, and long pauses. */
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 70_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(59_999, 60_000, 60_001, 3_599_999, 3_600_000, 3_600_001) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4_000_000 }) },
);
const CLIENTS = ['a', 'b', 'c'];
const requests = fc.array(fc.record({ client: fc.constantFrom(...CLIENTS), pause }), { maxLength: 120 });

describe('The windows of a process', () => {
  it('let in and tell what a naive account of all requests says', () => {
    const property = fc.property(limits, requests, ({ perMinute, perHour }, sent) => {
      const config = configOf(perMinute, perHour);
      const [windows, naive] = [new MemoryWindows(config, CLIENTS.length), new NaiveWindows(config)];
      let now = 1_000;
      const [told, expected]: [Allowance[], Allowance[]] = [[], []];
      for (const { client, pause: waited } of sent) {
        now += waited;
        told.push(windows.count(client, now));
        expected.push(tightestOf(naive.count(client, now)));
      }
      expect(told).toEqual(expected);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('say the truth of when to come again: refused until then, let in from then on', () => {
    const property = fc.property(
      limits,
      requests,
      fc.integer({ min: 0, max: 20 }),
      ({ perMinute, perHour }, sent, knocks) => {
        const windows = new MemoryWindows(configOf(perMinute, perHour), CLIENTS.length);
        let now = 1_000;
        for (const { pause: waited } of sent) now += windows.count('a', now).exceeded ? 0 : waited;
        const refused = windows.count('a', now);
        fc.pre(refused.exceeded);
        // Until a second before. Whoever knocks meanwhile changes nothing.
        const certain = (refused.reset - 1) * 1000;
        for (let knock = 0; knock < knocks && certain > 0; knock += 1)
          expect(windows.count('a', now + (certain * knock) / 20).exceeded).toBe(true);
        expect(windows.count('a', now + refused.reset * 1000).exceeded).toBe(false);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('count in neither what one of them refuses', () => {
    const windows = new MemoryWindows(configOf(2, 3));
    for (const second of [0, 1, 61]) expect(windows.count('a', second * 1000).exceeded).toBe(false);
    for (const second of [3_590, 3_591, 3_592])
      expect(windows.count('a', second * 1000)).toMatchObject({ exceeded: true, limit: 3, remaining: 0 });
    // The hour is over; had the last three been counted, the minute would be full.
    const again = [3_600, 3_601, 3_602].map((second) => windows.count('a', second * 1000));
    expect(again.map(({ exceeded, reset }) => [exceeded, reset])).toEqual([
      [false, 60],
      [false, 59],
      [true, 58],
    ]);
  });

  it('take bounded memory, however many clients there are, and forget who was away longest', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    const windows = new MemoryWindows(configOf(1, 1_000));
    windows.count('stays', 0);
    for (let client = 0; client < 300_000; client += 1) {
      windows.count(`2001:db8:${(client >> 16).toString(16)}:${(client & 65_535).toString(16)}::/64`, 1);
      if (client % 50_000 === 0) windows.count('stays', 1);
    }
    collect();
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(40);
    expect(windows.count('stays', 2).exceeded).toBe(true);
  });
});

/** Of the windows that refuse the one that lasts longer, else the one with less left, else the shorter. */
const tightestOf = ({ exceeded, windows }: Expected): Allowance => {
  const candidates = exceeded ? windows.filter(({ left }) => left === 0) : windows;
  const [short, long] = candidates;
  const better = long !== undefined && (exceeded ? seconds(long) > seconds(short!) : long.left < short!.left);
  const chosen = (better ? long : short)!;
  return { limit: chosen.limit, remaining: chosen.left, reset: seconds(chosen), exceeded };
};

const seconds = ({ endsIn }: { endsIn: number }): number => Math.max(1, Math.ceil(endsIn / 1000));
