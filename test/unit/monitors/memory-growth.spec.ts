import { MemoryGrowth, type Growth } from '../../../src/monitors/memory-growth';

const MIB = 1024 * 1024;
const MINUTE = 60_000;
const TIME = 10 * MINUTE;

/** A repeatable stream of numbers between 0 and 1 (Park and Miller's generator). */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

/** Noise above nothing: the size of normally distributed numbers (Box and Muller's method). */
const gaussian = (seed: number, deviation: number): (() => number) => {
  const next = random(seed * 7919);
  return () => deviation * Math.abs(Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()));
};

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/**
 * What is reported of a series of amounts after collections.
 * @param mebibytes by the minute
 * @param every milliseconds between two collections
 */
const reports = (
  mebibytes: (minute: number) => number,
  { minutes = 180, every = 10_000 }: { minutes?: number; every?: number } = {},
): (Growth & { at: number })[] => {
  const growth = new MemoryGrowth(TIME, 25);
  const found: (Growth & { at: number })[] = [];
  for (let at = 0; at <= minutes * MINUTE; at += every) {
    const report = growth.add(mebibytes(at / MINUTE) * MIB, at + 123_456);
    if (report !== undefined) found.push({ ...report, at: at / MINUTE });
  }
  return found;
};

describe('Steady growth of memory', () => {
  it('is reported some minutes after the warming up, and again when there is as much more', () => {
    const found = reports((minute) => 100 + 5 * minute, { minutes: 60 });
    const [first, second] = found;
    expect(first?.at).toBeGreaterThan(17);
    expect(first?.at).toBeLessThan(22);
    expect(first?.percent).toBeGreaterThanOrEqual(25);
    expect(first?.from).toBeLessThan(first?.to ?? 0);
    expect(second?.to).toBeGreaterThanOrEqual(1.25 * (first?.to ?? Infinity));
    expect(found.length).toBeLessThanOrEqual(5);
  });

  it('is reported under the noise of requests', () => {
    const noise = random(7);
    const [first] = reports((minute) => 100 + 2 * minute + 400 * noise());
    expect(first?.at).toBeLessThan(80);
  });

  // Megabytes a minute, the noise's deviation in megabytes, seconds between two collections, and until how much.
  it.each([
    [1, 4, 120, 60],
    [1, 4, 60, 60],
    [1, 8, 20, 60],
    [0.5, 3, 20, 60],
    [1, 10, 120, 60],
    [2, 10, 300, 110],
    [2, 20, 420, 160],
  ])(
    'is reported at %d MB a minute with noise of %d MB, seen every %d s, before %d MB',
    (rate, deviation, every, most) => {
      for (const seed of SEEDS) {
        const noise = gaussian(seed, deviation);
        const [first] = reports((minute) => 100 + rate * minute + noise(), { every: 1000 * every });
        expect(rate * (first?.at ?? Infinity)).toBeLessThan(most);
      }
    },
  );

  it.each([15, 40])('is reported at the fourth collection where one comes every %d minutes', (every) => {
    const [first] = reports((minute) => 100 + 2 * minute, { every: every * MINUTE });
    expect(first?.at).toBe(4 * every);
    expect(first?.from).toBe((100 + 2 * every) * MIB);
    expect(first?.to).toBe((100 + 8 * every) * MIB);
  });

  it('is reported where it is slow: within an hour at the latest', () => {
    const [first] = reports((minute) => 200 + minute, { minutes: 90 });
    expect(first?.at).toBeLessThan(75);
    expect(first?.time).toBeGreaterThan(30 * MINUTE);
  });

  it.each<[string, (minute: number) => number]>([
    ['memory that stays', () => 150],
    ['the warming up', (minute) => 60 + 60 * Math.min(1, minute / 9)],
    ['one step up, as a cache that was filled', (minute) => (minute < 40 ? 100 : 180)],
    ['a load of some minutes', (minute) => (minute >= 60 && minute < 68 ? 10 * minute - 500 : 100)],
    ['steps up that are far apart', (minute) => 100 + 40 * Math.floor(minute / 90)],
    ['what fills up ever slower', (minute) => 180 - 80 * Math.exp(-minute / 12)],
    ['growth that is small in bytes', (minute) => 20 + Math.min(15, minute / 4)],
    ['growth that takes half a day', (minute) => 400 + minute / 10],
  ])('is not reported of %s', (_name, mebibytes) => {
    const found = reports(mebibytes, { minutes: 720 });
    expect(found).toEqual([]);
  });

  it.each([60, 180])('is reported of ups and downs of %d minutes the first time at most', (period) => {
    const found = reports((minute) => 150 - 60 * Math.cos((minute * 2 * Math.PI) / period), { minutes: 720 });
    expect(found.filter(({ at }) => at > period)).toEqual([]);
  });

  it.each([1, 2])('is not reported of noise, for a week; of a very loud one hardly (%d)', (seed) => {
    const noise = random(seed);
    const week = { minutes: 7 * 24 * 60 };
    expect(reports(() => 100 + 50 * noise(), week)).toEqual([]);
    expect(reports(() => 100 + 300 * noise(), week).length).toBeLessThanOrEqual(2);
  });

  it.each([20, 120, 420, 900])(
    'is not reported of noise that is seen every %d s, for three days',
    (every) => {
      for (const seed of SEEDS.slice(0, 3)) {
        const noise = gaussian(seed, 15);
        expect(reports(() => 100 + noise(), { minutes: 3 * 24 * 60, every: 1000 * every })).toEqual([]);
      }
    },
  );

  it('is not reported of what wanders about within bounds', () => {
    const found = SEEDS.slice(0, 6).flatMap((seed) => {
      const step = random(seed * 7919);
      let now = 130;
      // Back towards the middle within twenty minutes or so.
      const wander = (): number => (now += 0.1 * (130 - now) + 16 * (step() - 0.5));
      return reports(wander, { minutes: 3 * 24 * 60, every: 2 * MINUTE });
    });
    expect(found).toEqual([]);
  });
});
