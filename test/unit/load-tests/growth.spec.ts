import fc from 'fast-check';
import { type Sample } from '../../../load-tests/report/sample';
import { growsFasterThan, growthOf, type Moment } from '../../../load-tests/run/growth';
import { productVerdicts } from '../../../load-tests/run/verdicts';
import { readRepositoryFile } from '../../support/repository-files';

/** Twenty minutes, a value each second. */
const SECONDS = 1200;

const BOUND = 30;

interface Memory {
  /** Random numbers from 0 to 1, one a second. */
  noise: readonly number[];
  /** Seconds between two collections, how much comes together meanwhile, and where the first one is. */
  period: number;
  garbage: number;
  phase: number;
  /** MiB that stay, each minute. */
  leak: number;
}

/** Memory as a collector leaves it: caches fill in the first minutes, then garbage comes and goes over a floor. */
const memory = ({ noise, period, garbage, phase, leak }: Memory): Moment[] =>
  noise.map((random, second) => ({
    at: second * 1000,
    value:
      100 +
      40 * Math.min(1, second / 300) +
      garbage * (((second + phase) % period) / period) +
      3 * random +
      (leak * second) / 60,
  }));

const memories = fc.record({
  noise: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: SECONDS, maxLength: SECONDS }),
  period: fc.integer({ min: 5, max: 75 }),
  garbage: fc.double({ min: 0, max: 60, noNaN: true }),
  phase: fc.integer({ min: 0, max: 75 }),
});

/** From 0 to 1, and always the same. */
const random = (second: number): number => Math.abs((Math.sin(second * 12.9898) * 43_758.5453) % 1);

const told = (moments: readonly Moment[]): boolean => growsFasterThan(growthOf(moments)!, BOUND);

describe('growth of memory', () => {
  it('is told of a leak of a mebibyte a minute, through noise and collections', () => {
    fc.assert(
      fc.property(memories, fc.double({ min: 1, max: 10, noNaN: true }), (one, leak) => {
        expect(told(memory({ ...one, leak }))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is not told of noise, of what comes and goes between collections, nor of what is freed', () => {
    fc.assert(
      fc.property(memories, fc.double({ min: -5, max: 0, noNaN: true }), (one, leak) => {
        expect(told(memory({ ...one, leak }))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('is not told of a growth that may be chance', () => {
    const levels = [0, 20, 5, 25, 0, 30, 10, 28, 3, 30];
    const moments = Array.from({ length: SECONDS }, (_none, second) => ({
      at: second * 1000,
      value: levels[Math.max(0, Math.floor((second - 400) / 80))]!,
    }));
    const { perHour, least } = growthOf(moments)!;
    expect(perHour).toBeGreaterThan(BOUND);
    expect(least).toBeLessThan(0);
    expect(told(moments)).toBe(false);
  });

  it('is not told of a growth that is sure and slower than the bound', () => {
    const slow = memory({
      noise: Array<number>(SECONDS).fill(0),
      period: 20,
      garbage: 0,
      phase: 0,
      leak: 0.4,
    });
    expect(growthOf(slow)?.perHour).toBeCloseTo(24, 5);
    expect(told(slow)).toBe(false);
  });

  it('is not told of one step soon after the beginning, as of a cache that is filled late', () => {
    const noise = Array.from({ length: SECONDS }, (_none, second) => random(second));
    const moments = memory({ noise, period: 30, garbage: 20, phase: 0, leak: 0 });
    expect(told(moments.map(({ at, value }) => ({ at, value: at < 550_000 ? value - 20 : value })))).toBe(
      false,
    );
  });

  it('has an interval around it that noise makes wider', () => {
    const width = (scale: number): number => {
      const noise = Array.from({ length: SECONDS }, (_none, second) => scale * random(second));
      const { least, perHour, most } = growthOf(
        memory({ noise, period: 30, garbage: 0, phase: 0, leak: 1 }),
      )!;
      expect(least).toBeLessThanOrEqual(perHour);
      expect(perHour).toBeLessThanOrEqual(most);
      return most - least;
    };
    expect(width(10)).toBeGreaterThan(width(1));
  });

  it('is not known from less than five minutes', () => {
    const moments = Array.from({ length: 400 }, (_none, second) => ({ at: second * 1000, value: second }));
    expect(growthOf(moments.slice(0, 300))).toBeUndefined();
    expect(growthOf(moments.slice(0, 301))?.perHour).toBeCloseTo(3600);
  });

  it('is not known from a few values', () => {
    expect(growthOf([])).toBeUndefined();
    expect(growthOf([{ at: 0, value: 1 }])).toBeUndefined();
    expect(
      growthOf(Array.from({ length: 15 }, (_none, at) => ({ at: at * 60_000, value: at }))),
    ).toBeUndefined();
  });
});

describe('a threshold of growth', () => {
  const [recorded] = JSON.parse(readRepositoryFile('test/fixtures/load/samples.json')) as [Sample];
  const samples = (leak: number): Sample[] =>
    memory({ noise: Array<number>(SECONDS).fill(0), period: 20, garbage: 30, phase: 0, leak }).map(
      ({ at, value }) => ({ ...recorded, at, heap: value * 1024 ** 2, rss: 200 * 1024 ** 2 }),
    );
  const bounds = { rssGrowthMegabytesPerHour: 60, heapGrowthMegabytesPerHour: BOUND };
  const held = (leak: number): boolean[] =>
    productVerdicts(bounds, samples(leak), true).map((verdict) => verdict.held);

  it('is missed by what leaks, and by nothing else', () => {
    expect(held(0)).toEqual([true, true]);
    expect(held(1)).toEqual([true, false]);
  });

  it('is missed by a run that is too short to know', () => {
    const verdicts = productVerdicts(bounds, samples(0).slice(0, 10), true);
    expect(verdicts.map((verdict) => [verdict.what, verdict.held])).toEqual([
      ['rssGrowthMegabytesPerHour < 60 (too short to know)', false],
      ['heapGrowthMegabytesPerHour < 30 (too short to know)', false],
    ]);
  });
});
