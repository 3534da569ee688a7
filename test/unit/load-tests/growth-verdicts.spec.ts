import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFigures } from '../../../load-tests/growth/read-figures';
import {
  growthOfRounds,
  isMissed,
  roundedOf,
  verdictOfBaseline,
  verdictOfGrowth,
  type Rounded,
} from '../../../load-tests/growth/verdicts';

const MOST = 1.2;
const exact = (...values: number[]): Rounded[] => values.map((value) => roundedOf(value));

const positive = fc.double({ min: 0.01, max: 1e5, noNaN: true });
const rounded = fc
  .array(positive, { minLength: 3, maxLength: 3 })
  .map((rounds) => [...rounds].sort((a, b) => a - b) as [number, number, number])
  .map(([lowest, value, highest]) => roundedOf(value, [lowest, highest]));

describe('the verdict of growth', () => {
  it('holds up to the bound, misses above it, and decides nothing where rounds lie on both sides', () => {
    expect(verdictOfGrowth(exact(1, 1.2), [1, 1], MOST)).toBe('held');
    expect(verdictOfGrowth(exact(1, 1.5), [1, 1], MOST)).toBe('MISSED by 25 %');
    for (const value of [1.15, 1.25])
      expect(verdictOfGrowth([roundedOf(1), roundedOf(value, [1.1, 1.3])], [1, 1], MOST)).toBe(
        'about 1.2: not decided',
      );
    expect(verdictOfGrowth([roundedOf(1), roundedOf(1.5, [1.3, 1.6])], [1, 1], MOST)).toBe('MISSED by 25 %');
  });

  it('is held only where every two rounds hold it, and missed only where every two miss it', () => {
    fc.assert(
      fc.property(rounded, rounded, fc.constantFrom(0.9, 1, 1.1), (first, last, base) => {
        const verdict = verdictOfGrowth([first, last], [1, base], MOST);
        const growths = [last.lowest, last.value, last.highest].flatMap((above) =>
          [first.lowest, first.value, first.highest].map((below) => above / base / below),
        );
        // Beside what rounding makes of the bound itself.
        fc.pre(growths.every((growth) => Math.abs(growth - MOST) > 1e-9));
        const all = new Set(growths.map((growth) => growth > MOST));
        expect(verdict === 'held').toBe(all.size === 1 && all.has(false));
        expect(isMissed(verdict)).toBe(all.size === 1 && all.has(true));
        expect(verdict.includes('not decided')).toBe(all.size === 2);
      }),
    );
  });

  it('is unknown without two sizes or without a figure, however steady the baseline', () => {
    expect(verdictOfGrowth(exact(1), [1], MOST)).toBe('unknown');
    expect(verdictOfGrowth(exact(1, Number.NaN), [1, 1], MOST)).toBe('unknown');
    expect(verdictOfGrowth(exact(1, 2), [1, Number.NaN], MOST)).toBe('unknown');
  });

  it('is unknown where the baseline changed, whatever was measured', () => {
    fc.assert(
      fc.property(rounded, rounded, positive, (first, last, base) => {
        fc.pre(base < 0.85 || base > 1.2);
        expect(verdictOfGrowth([first, last], [1, base], MOST)).toBe('unknown: the baseline changed');
      }),
    );
  });
});

describe('the baseline', () => {
  it('is steady within 0.85 to 1.2, from the smallest size to the largest', () => {
    for (const last of [0.85, 1, 1.2]) expect(verdictOfBaseline([1, 5, last])).toBe('steady');
    for (const last of [0.84, 1.21]) expect(verdictOfBaseline([1, 1, last])).toBe('changed');
    expect(verdictOfBaseline([1])).toBe('unknown');
  });
});

describe('the growth of rounds', () => {
  it('lies between the least and the most that rounds make of it', () => {
    fc.assert(
      fc.property(rounded, rounded, (first, last) => {
        const { lowest, value, highest } = growthOfRounds([first, last], [1, 1]);
        expect(lowest).toBeLessThanOrEqual(value);
        expect(value).toBeLessThanOrEqual(highest);
      }),
    );
  });

  it('takes in a median that lies beside the range', () => {
    expect(roundedOf(3, [1, 2])).toEqual({ value: 3, lowest: 1, highest: 3 });
  });
});

describe('figures of an earlier run', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobtrail-figures-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const written = (text: string): string => {
    const file = join(folder, 'figures.json');
    writeFileSync(file, text);
    return file;
  };

  it('are read as they were written, with what was not known', () => {
    const size = { jobs: 1000, baselines: {}, measured: [], words: [{ matches: Number.NaN }] };
    expect(readFigures(written(JSON.stringify([size])))).toEqual([size]);
  });

  it('are refused where the file holds others', () => {
    for (const text of ['[]', '{}', '[1]', '[null]', '[{"jobs":1}]'])
      expect(() => readFigures(written(text))).toThrow('no figures of growth');
  });
});
