import fc from 'fast-check';
import { type Outcome } from '../../../load-tests/bench/contest';
import { datasetOf } from '../../../load-tests/growth/dataset-of';
import { type Pair, type SizeFigures } from '../../../load-tests/growth/figures';
import { growthBeyond, growthOf, verdictOf } from '../../../load-tests/growth/growth';
import { cpuTable, latencyTable, searchTable } from '../../../load-tests/growth/growth-tables';
import { parseOptions } from '../../../load-tests/growth/options';
import { plotsOf } from '../../../load-tests/growth/plots';
import { relationsTable, sizeTable } from '../../../load-tests/growth/size-tables';
import { tableHtml, tableText } from '../../../load-tests/growth/table';
import { growthPage } from '../../../load-tests/growth/write-report';
import { logAxis } from '../../../load-tests/report/axis';
import { plotFile } from '../../../load-tests/report/plot';

const outcome = (milliseconds: number): Outcome => ({
  name: 'any',
  perSecond: 1000 / milliseconds,
  p50: milliseconds,
  p95: milliseconds * 10,
  p99: milliseconds * 20,
  serverCpu: milliseconds * 600,
  postgresCpu: milliseconds * 400,
});
const pair = (milliseconds: number): Pair => ({
  alone: outcome(milliseconds),
  crowd: outcome(milliseconds * 2),
});

/** A size at which a request of ordinary owners, of the one with 1000 jobs and of the big one takes so long. */
const size = (jobs: number, [ordinary, thousand, big]: [number, number, number], base = 1): SizeFigures => ({
  jobs,
  circumstances: 'somewhere',
  listed: { ordinary: 92, thousand: 920, big: jobs / 10 },
  baselines: { search: pair(base) },
  measured: [
    { scenario: 'search', subject: 'ordinary', ...pair(ordinary) },
    { scenario: 'search', subject: 'thousand', ...pair(thousand) },
    { scenario: 'search', subject: 'big', ...pair(big) },
  ],
  words: [{ what: 'rare', words: 'kernel', matches: jobs / 1000, alone: outcome(1) }],
  relations: [
    { name: 'jobs', bytes: jobs * 500 },
    { name: 'pk_jobs', table: 'jobs', bytes: jobs * 40 },
  ],
});

const sizes = [size(100_000, [1, 1, 2]), size(1_000_000, [1, 1.1, 4]), size(10_000_000, [1.1, 1.5, 8])];

const positive = fc.double({ min: 0.001, max: 1e6, noNaN: true });

describe('growth', () => {
  it('is the last value to the first, and unknown where there are not two', () => {
    expect(growthOf([2, 10, 3])).toBe(1.5);
    for (const values of [[], [2], [0, 2]]) expect(growthOf(values)).toBeNaN();
  });

  it('beyond the baseline is the same however slow the machine was while a size was measured', () => {
    const row = fc.record({
      value: positive,
      base: positive,
      slowness: fc.double({ min: 0.1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 5 }), (rows) => {
        const bases = rows.map(({ base }) => base);
        const even = growthBeyond(
          rows.map(({ value }) => value),
          bases,
        );
        const uneven = growthBeyond(
          rows.map(({ value, slowness }) => value * slowness),
          rows.map(({ base, slowness }) => base * slowness),
        );
        expect(uneven / even).toBeCloseTo(1, 6);
      }),
    );
  });

  it('is held up to its bound and missed above it', () => {
    expect(verdictOf(1.2, 1.2)).toBe('held');
    expect(verdictOf(1.5, 1.2)).toBe('MISSED by 25 %');
    expect(verdictOf(1.2001, 1.2)).toBe('MISSED by 1 %');
    expect(verdictOf(Number.NaN, 1.2)).toBe('unknown');
  });
});

describe('a logarithmic axis', () => {
  it('puts equal factors equally far apart, within the plot', () => {
    const { place } = logAxis([100, 1000, 10_000]);
    expect(place(1000) - place(100)).toBeCloseTo(place(10_000) - place(1000));
    const several = fc.uniqueArray(fc.integer({ min: 1, max: 1e9 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(several, (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const axis = logAxis(sorted);
        const places = sorted.map(axis.place);
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(places[0]).toBeGreaterThan(0);
        expect(places.at(-1)).toBeLessThan(1);
        expect(axis.ticks.map(({ at }) => at)).toEqual(sorted);
      }),
    );
  });

  it('puts a single number in the middle', () => {
    expect(logAxis([5]).place(5)).toBe(0.5);
  });
});

describe('the tables of growth', () => {
  const rowOf = (rows: readonly (readonly string[])[], name: string): readonly string[] | undefined =>
    rows.find(([first]) => first?.includes(name));

  it('judge CPU time beyond the baseline, of owners whose own list does not grow', () => {
    const { rows, heads } = cpuTable(sizes);
    expect(heads.at(-1)).toBe('at most 1.2');
    expect(rowOf(rows, 'ordinary')?.slice(1)).toEqual(['2 000', '2 000', '2 200', '1.10', '1.10', 'held']);
    expect(rowOf(rows, '1000 jobs')?.slice(1)).toEqual([
      '2 000',
      '2 200',
      '3 000',
      '1.50',
      '1.50',
      'MISSED by 25 %',
    ]);
    expect(rowOf(rows, 'a tenth')?.slice(1)).toEqual(['4 000', '8 000', '16 000', '4.00', '4.00', '']);
    expect(rowOf(rows, 'baseline')?.slice(1)).toEqual(['2 000', '2 000', '2 000', '1.00', '1.00', 'steady']);
  });

  it('do not blame the size for a machine that was slower', () => {
    const slower = [size(1000, [1, 1, 1]), size(10_000, [1.3, 1.3, 1.3], 1.15)];
    expect(rowOf(cpuTable(slower).rows, 'ordinary')?.slice(-3)).toEqual(['1.30', '1.13', 'held']);
  });

  it('know nothing where the baseline changed, and tell the raw growth', () => {
    for (const base of [0.5, 3]) {
      const changed = [size(1000, [1, 1, 1]), size(10_000, [3, 3, 3], base)];
      for (const { rows } of [cpuTable(changed), latencyTable(changed)]) {
        const ordinary = rowOf(rows, 'ordinary');
        expect(ordinary?.at(-3)).toBe('3.00');
        expect(ordinary?.at(-1)).toBe('unknown: the baseline changed');
        expect(rowOf(rows, 'baseline')?.at(-1)).toBe('changed');
      }
    }
  });

  it('miss what waits without using CPU', () => {
    const waits = size(10_000, [1, 1, 1]);
    const [first] = waits.measured;
    if (first !== undefined) first.alone = { ...first.alone, p50: 5 };
    const grown = [size(1000, [1, 1, 1]), waits];
    expect(rowOf(cpuTable(grown).rows, 'ordinary')?.at(-1)).toBe('held');
    expect(rowOf(latencyTable(grown).rows, 'ordinary')?.at(-1)).toBe('MISSED by 317 %');
  });

  it('tell of one request at a time, and hold searches to 50 ms at p95', () => {
    expect(rowOf(latencyTable(sizes).rows, 'ordinary')?.[1]).toBe('1.00');
    const { rows } = searchTable(sizes);
    expect(rowOf(rows, 'p95, one at a time')?.slice(1)).toEqual(['20.0', '40.0', '80.0', 'MISSED by 60 %']);
    expect(rowOf(rows, 'p95, 32 clients')?.at(-1)).toBe('MISSED by 220 %');
    expect(rowOf(rows, 'p50, one at a time')?.at(-1)).toBe('');
  });

  it('have every table and index with its bytes a job', () => {
    const { rows } = relationsTable(sizes);
    expect(rows.map(([name]) => name)).toEqual(['jobs', 'pk_jobs (index of jobs)']);
    expect(rows[1]?.slice(1, 3)).toEqual(['4 000 000', '40.0']);
  });

  it('say where relations hold more events than were loaded', () => {
    expect(relationsTable(sizes).note).not.toContain('loaded');
    const later = { ...size(1000, [1, 1, 1]), appended: 12_000 };
    expect(relationsTable([later]).note).toContain('1 000 jobs were measured with 12 000 events more');
  });

  it('tell how far the rounds lay apart', () => {
    const one = size(1000, [1, 1, 1]);
    for (const { alone } of one.measured) alone.spread = { cpu: [900, 1100], p50: [1, 1] };
    const { heads, rows } = sizeTable(one);
    expect(rowOf(rows, 'ordinary owners, about 100 jobs each, one at a time')?.at(-1)).toBe('900 to 1 100');
    expect(heads).toHaveLength((rows[0]?.length ?? 0) - 1);
  });

  it('have no verdict of a single size', () => {
    expect(rowOf(cpuTable(sizes.slice(0, 1)).rows, 'ordinary')?.at(-1)).toBe('unknown');
  });

  it('are the same as Markdown and as HTML, whose text stays text', () => {
    const table = { title: 'A < B', heads: ['x'], rows: [['one & two', '1']] };
    expect(tableText(table)).toBe('### A < B\n\n|  | x |\n|---|---:|\n| one & two | 1 |\n');
    expect(tableHtml(table)).toContain('<h2>A &lt; B</h2>');
    expect(tableHtml(table)).toContain('<td>one &amp; two</td><td class="n">1</td>');
  });
});

describe('the plots of growth', () => {
  it('have a point for each size, and leave out what is not known', () => {
    const [cpu] = plotsOf(sizes);
    expect(cpu?.file).toBe('growth-search-cpu.svg');
    expect(cpu?.plot.lines.map(({ points }) => points.map(({ at, value }) => [at, value]))[2]).toEqual([
      [100_000, 4000],
      [1_000_000, 8000],
      [10_000_000, 16_000],
    ]);
    const unknown = size(1000, [Number.NaN, 1, 1]);
    expect(plotsOf([unknown])[0]?.plot.lines[0]?.points).toEqual([]);
  });

  it('stand in files that are whole, with title and legend, and load nothing', () => {
    for (const { file, plot } of plotsOf(sizes)) {
      const svg = plotFile(plot, logAxis([100_000, 1_000_000, 10_000_000]));
      expect(file).toMatch(/^growth-[a-z0-9-]+\.svg$/);
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
      for (const text of [plot.title, ...plot.lines.map(({ name }) => name)]) expect(svg).toContain(text);
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
        /https?:|href|url\(|@import|<script|NaN/,
      );
    }
  });

  it('are in the page, which loads nothing either', () => {
    const page = growthPage(sizes);
    expect(page.match(/<svg /g)).toHaveLength(plotsOf(sizes).length);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:|NaN|undefined/i);
  });
});

describe('the command line of growth', () => {
  it('measures up to ten million jobs, of which a tenth belongs to one owner and the others to owners of 100', () => {
    const { sizes: numbers, report, svgDir, dataDir } = parseOptions([]);
    expect(numbers).toEqual([100_000, 1_000_000, 10_000_000]);
    expect({ report, svgDir, dataDir }).toEqual({
      report: '.data/growth-report',
      svgDir: '.data/growth-report',
      dataDir: '.data/growth',
    });
    expect(datasetOf(10_000_000)).toEqual({ bigOwnerJobs: 1_000_000, owners: 90_000 });
  });

  it('takes sizes in any order, and refuses what makes no dataset', () => {
    expect(parseOptions(['--sizes', '20000,1_000,20000']).sizes).toEqual([1000, 20_000]);
    for (const wrong of ['1500', '0', '', 'many', '-1000'])
      expect(() => parseOptions([`--sizes=${wrong}`])).toThrow(/sizes/);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (thousands) => {
        const { bigOwnerJobs, owners } = datasetOf(thousands * 1000);
        expect(Number.isInteger(owners)).toBe(true);
        expect(bigOwnerJobs + owners * 100).toBe(thousands * 1000);
      }),
    );
  });

  it('refuses scenarios that are not there before anything is loaded', () => {
    expect(() => parseOptions(['--only', 'frist-page'])).toThrow('--only frist-page');
    expect(parseOptions(['--only', 'page']).only).toBe('page');
  });

  it('builds nothing where the report is made of earlier figures', () => {
    expect(parseOptions(['--from', 'figures.json'])).toMatchObject({ build: false, from: 'figures.json' });
  });

  it('refuses rounds that are no whole number, and builds nothing where it is told what to run', () => {
    for (const wrong of ['x', '1.5', '0', 'Infinity'])
      expect(() => parseOptions(['--rounds', wrong])).toThrow('--rounds');
    expect(parseOptions([]).build).toBe(true);
    expect(parseOptions(['--no-build']).build).toBe(false);
    expect(parseOptions(['--dist', 'elsewhere'])).toMatchObject({ build: false, dist: 'elsewhere' });
  });
});
