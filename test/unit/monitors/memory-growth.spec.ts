import { MemoryGrowth, type Growth } from '../../../src/monitors/memory-growth';

const MIB = 1024 * 1024;
const MINUTE = 60_000;
const TIME = 10 * MINUTE;

/** A repeatable stream of numbers between 0 and 1 (Park and Miller's generator). */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

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
    const found = reports((minute) => 100 + 4 * minute + (noise() < 0.3 ? 0 : 200 * noise()));
    expect(found.length).toBeGreaterThan(0);
  });

  it('is reported where collections are rare', () => {
    const found = reports((minute) => 100 + 3 * minute, { every: 7 * MINUTE });
    expect(found.length).toBeGreaterThan(0);
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
    ['growth that is small in bytes', (minute) => 20 + Math.min(15, minute / 4)],
    ['growth that takes half a day', (minute) => 400 + minute / 10],
  ])('is not reported of %s', (_name, mebibytes) => {
    const found = reports(mebibytes, { minutes: 720 });
    expect(found).toEqual([]);
  });

  it('is reported of ups and downs the first time at most', () => {
    const found = reports((minute) => 150 - 60 * Math.cos((minute * 2 * Math.PI) / 60), { minutes: 720 });
    expect(found.length).toBeLessThanOrEqual(1);
  });

  it.each([1, 2, 3, 4, 5])('is not reported of noise, for a week; of a very loud one hardly (%d)', (seed) => {
    const noise = random(seed);
    const week = { minutes: 7 * 24 * 60 };
    expect(reports(() => 100 + 50 * noise(), week)).toEqual([]);
    expect(reports(() => 100 + 300 * noise(), week).length).toBeLessThanOrEqual(2);
  });
});
