import fc from 'fast-check';
import { type Sample } from '../../../load-tests/report/sample';
import { outcomeOf, trendOf, type Moment, type TrendOutcome } from '../../../load-tests/run/memory-trend';
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

/** Levels of the ten stretches that are looked at, with a leak in MiB an hour. */
const stretches = (levels: readonly number[], leak = 0): Moment[] =>
  Array.from({ length: SECONDS / 10 }, (_none, index) => index * 10).map((second) => ({
    at: second * 1000,
    value: 100 + levels[Math.max(0, Math.floor((second - 400) / 80))]! + (leak * second) / 3600,
  }));

const levels = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 10, maxLength: 10 });

const memories = fc.record({
  noise: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: SECONDS, maxLength: SECONDS }),
  period: fc.integer({ min: 5, max: 75 }),
  garbage: fc.double({ min: 0, max: 60, noNaN: true }),
  phase: fc.integer({ min: 0, max: 75 }),
});

/** From 0 to 1, and always the same. */
const random = (second: number): number => Math.abs((Math.sin(second * 12.9898) * 43_758.5453) % 1);

const outcome = (moments: readonly Moment[]): TrendOutcome => outcomeOf(trendOf(moments)!, BOUND);

describe('growth of memory', () => {
  it('is told of a leak of a mebibyte a minute, through noise and collections', () => {
    fc.assert(
      fc.property(memories, fc.double({ min: 1, max: 10, noNaN: true }), (one, leak) => {
        expect(outcome(memory({ ...one, leak }))).toBe('missed');
      }),
      { numRuns: 50 },
    );
  });

  it('is not told of noise, of what comes and goes between collections, nor of what is freed', () => {
    fc.assert(
      fc.property(memories, fc.double({ min: -5, max: 0, noNaN: true }), (one, leak) => {
        expect(outcome(memory({ ...one, leak }))).not.toBe('missed');
      }),
      { numRuns: 50 },
    );
  });

  it('is not known where a growth may be chance', () => {
    const moments = stretches([0, 20, 5, 25, 0, 30, 10, 28, 3, 30]);
    const { perHour, least } = trendOf(moments)!;
    expect(perHour).toBeGreaterThan(BOUND);
    expect(least).toBeLessThan(0);
    expect(outcome(moments)).toBe('too noisy');
  });

  it('is not told of a growth that is sure and slower than the bound', () => {
    const slow = memory({
      noise: Array<number>(SECONDS).fill(0),
      period: 20,
      garbage: 0,
      phase: 0,
      leak: 0.4,
    });
    expect(trendOf(slow)?.perHour).toBeCloseTo(24, 5);
    expect(outcome(slow)).toBe('held');
  });

  it('is not told of one step soon after the beginning, as of a cache that is filled late', () => {
    const noise = Array.from({ length: SECONDS }, (_none, second) => random(second));
    const moments = memory({ noise, period: 30, garbage: 20, phase: 0, leak: 0 });
    expect(
      outcome(moments.map(({ at, value }) => ({ at, value: at < 550_000 ? value - 20 : value }))),
    ).not.toBe('missed');
  });

  it('is never held to be none with a leak at the bound, by noise of several MiB that does not surely fall itself', () => {
    fc.assert(
      fc.property(levels, fc.double({ min: BOUND, max: 10 * BOUND, noNaN: true }), (noise, leak) => {
        fc.pre(trendOf(stretches(noise))!.most > 0);
        expect(outcome(stretches(noise, leak))).not.toBe('held');
      }),
      { numRuns: 200 },
    );
  });

  it('is held to be none by chance alone in fewer than one of twenty soaks with a leak at the bound', () => {
    const soaks = Array.from({ length: 400 }, (_none, soak) =>
      stretches(
        Array.from({ length: 10 }, (_also, stretch) => 8 * random(1 + soak * 10 + stretch)),
        BOUND,
      ),
    );
    expect(soaks.filter((soak) => outcome(soak) === 'held').length).toBeLessThan(20);
  });

  it('is held to be none where memory stays, through collections and some noise', () => {
    const noise = Array.from({ length: SECONDS }, (_none, second) => random(second));
    expect(outcome(memory({ noise, period: 20, garbage: 30, phase: 0, leak: 0 }))).toBe('held');
  });

  it('has an interval around it that noise makes wider', () => {
    const width = (scale: number): number => {
      const noise = Array.from({ length: SECONDS }, (_none, second) => scale * random(second));
      const { least, perHour, most } = trendOf(memory({ noise, period: 30, garbage: 0, phase: 0, leak: 1 }))!;
      expect(least).toBeLessThanOrEqual(perHour);
      expect(perHour).toBeLessThanOrEqual(most);
      return most - least;
    };
    expect(width(10)).toBeGreaterThan(width(1));
  });

  it('is not known from less than five minutes', () => {
    const moments = Array.from({ length: 400 }, (_none, second) => ({ at: second * 1000, value: second }));
    expect(trendOf(moments.slice(0, 300))).toBeUndefined();
    expect(trendOf(moments.slice(0, 301))?.perHour).toBeCloseTo(3600);
  });

  it('is not known from a few values', () => {
    expect(trendOf([])).toBeUndefined();
    expect(trendOf([{ at: 0, value: 1 }])).toBeUndefined();
    expect(
      trendOf(Array.from({ length: 15 }, (_none, at) => ({ at: at * 60_000, value: at }))),
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

  it('is missed by a run that is too noisy to know, which says what to do', () => {
    const noisy = stretches([0, 20, 5, 25, 0, 30, 10, 28, 3, 30]).map(({ at, value }): Sample => ({
      ...recorded,
      at,
      heap: value * 1024 ** 2,
      rss: 200 * 1024 ** 2,
    }));
    const [rss, heap] = productVerdicts(bounds, noisy, true);
    expect([rss?.held, heap?.held, heap?.binding]).toEqual([true, false, true]);
    expect(heap?.what).toMatch(
      /< 30 \(-[\d.]+ to \d[\d.]+ at 95 %; too noisy to know, a longer soak tells: --times 3\)$/,
    );
  });

  it('is missed by a run that is too short to know', () => {
    const verdicts = productVerdicts(bounds, samples(0).slice(0, 10), true);
    expect(verdicts.map((verdict) => [verdict.what, verdict.held])).toEqual([
      ['rssGrowthMegabytesPerHour < 60 (too short to know)', false],
      ['heapGrowthMegabytesPerHour < 30 (too short to know)', false],
    ]);
  });
});
