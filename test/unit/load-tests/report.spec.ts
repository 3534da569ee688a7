import { type ArtilleryReport } from '../../../load-tests/report/artillery-report';
import { timeAxis } from '../../../load-tests/report/axis';
import { reportPage } from '../../../load-tests/report/page';
import { plotHtml } from '../../../load-tests/report/plot';
import { bucketQuantile, durations, perSecond } from '../../../load-tests/report/product-series';
import { type RunRecord } from '../../../load-tests/report/run-record';
import { type Sample } from '../../../load-tests/report/sample';
import { readRepositoryFile } from '../../support/repository-files';

const read = <T>(name: string): T => JSON.parse(readRepositoryFile(`test/fixtures/load/${name}.json`)) as T;

/** A short run of the scenario `browsing`, as Artillery and the program told of it. */
const recorded = (): RunRecord => ({
  scenario: 'browsing',
  description: 'A hundred users & their <lists>',
  command: 'npm run load -- browsing --quick',
  circumstances: ['2 cores'],
  artillery: read<ArtilleryReport>('artillery'),
  samples: read<Sample[]>('samples'),
  verdicts: [
    { what: 'list.p95 < 400', held: true, binding: true, measured: 391.6 },
    { what: 'page.p95 < 400', held: false, binding: false, measured: 1408.4 },
  ],
});

describe('the report of a load run', () => {
  it('is one file that loads nothing: no script, no address, no import', () => {
    const page = reportPage(recorded());
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:/i);
  });

  it('plots latencies, rate, errors, event loop, pool, cache, memory and processors over the time of the run', () => {
    const page = reportPage(recorded());
    const titles = [...page.matchAll(/<figcaption>([^<]+) </g)].map(([, title]) => title);
    expect(titles).toEqual([
      'Response times that clients saw',
      'Durations in the program',
      'Rate',
      'Errors that clients saw',
      'Errors that the program counted',
      'Event loop',
      'Connections to Postgres',
      'Cache',
      'Memory',
      'Processors',
    ]);
    expect(page.match(/<svg /g)).toHaveLength(titles.length);
    // Every coordinate is a number within the picture.
    const coordinates = [...page.matchAll(/points="([^"]*)"/g)].flatMap(([, points = '']) =>
      points.split(/[ ,]/).filter((part) => part !== ''),
    );
    expect(coordinates.length).toBeGreaterThan(200);
    for (const one of coordinates) {
      expect(Number(one)).toBeGreaterThanOrEqual(0);
      expect(Number(one)).toBeLessThanOrEqual(640);
    }
  });

  it('has a row for each request, with what Artillery measured', () => {
    const page = reportPage(recorded());
    const { p50, p95 } =
      read<ArtilleryReport>('artillery').aggregate.summaries[
        'plugins.metrics-by-endpoint.response_time.list'
      ]!;
    const row = /<tr><td>list<\/td>.*?<\/tr>/.exec(page)?.[0];
    expect(row).toContain('<td class="n">200</td>');
    expect(row).toContain(`<td class="n">${p50.toFixed(1)}</td>`);
    expect(row).toContain(`<td class="n">${p95.toFixed(0)}</td>`);
    expect(row).toContain('200: 200');
    expect(page).toContain('No errors.');
  });

  it('has passed when all thresholds that decide have held, and failed otherwise', () => {
    const record = recorded();
    expect(reportPage(record)).toContain('>passed</span>');
    record.verdicts.push({ what: 'vusers.failed == 0', held: false, binding: true });
    expect(reportPage(record)).toContain('>failed</span>');
  });

  it('lists errors, the most frequent first', () => {
    const record = recorded();
    Object.assign(record.artillery.aggregate.counters, { 'errors.ECONNRESET': 2, 'errors.ETIMEDOUT': 7 });
    const page = reportPage(record);
    expect(page).toMatch(/ETIMEDOUT<\/td><td class="n">7<.*ECONNRESET<\/td><td class="n">2</s);
    expect(page).not.toContain('No errors.');
  });

  it('shows text as text', () => {
    expect(reportPage(recorded())).toContain('A hundred users &amp; their &lt;lists&gt;');
  });

  it('leaves out what the program could not tell of its event loop', () => {
    const record = recorded();
    Object.assign(record.samples[3]!, { loopMean: null, loopP99: null });
    expect(reportPage(record)).not.toMatch(/NaN|null/);
  });

  it('can be made of a run in which nothing was measured', () => {
    const empty: ArtilleryReport = {
      aggregate: { period: 0, counters: {}, rates: {}, summaries: {} },
      intermediate: [],
    };
    expect(reportPage({ ...recorded(), artillery: empty, samples: [] })).not.toMatch(
      /NaN|Infinity|undefined/,
    );
  });
});

describe('a plot', () => {
  it('puts time to the right and values upward', () => {
    const points = [0, 5000, 10_000].map((at, index) => ({ at, value: index * 10 }));
    const svg = plotHtml({ title: 'T', unit: 'ms', lines: [{ name: 'one', points }] }, timeAxis(0, 10_000));
    const places = /points="([^"]*)"/
      .exec(svg)![1]!
      .split(' ')
      .map((pair) => pair.split(',').map(Number));
    expect(places.map(([x]) => x)).toEqual([62, 345, 628]);
    const heights = places.map(([, y]) => y!);
    expect(heights[0]).toBe(194);
    expect(heights).toEqual([...heights].sort((a, b) => b - a));
  });
});

describe('the figures of the program', () => {
  it('take a quantile from a histogram as Prometheus does, evenly within a bucket', () => {
    const buckets = [
      { le: 0.1, count: 50 },
      { le: 0.2, count: 90 },
      { le: Number.POSITIVE_INFINITY, count: 100 },
    ];
    expect(bucketQuantile(buckets, 0.5)).toBeCloseTo(0.1);
    expect(bucketQuantile(buckets, 0.7)).toBeCloseTo(0.15);
    expect(bucketQuantile(buckets, 0.99)).toBe(0.2);
    expect(bucketQuantile([{ le: 1, count: 0 }], 0.5)).toBeUndefined();
  });

  it('are differences between two samples, a second', () => {
    const [sample] = read<Sample[]>('samples');
    const at = (seconds: number, count: number): Sample => ({
      ...sample!,
      at: seconds * 1000,
      cpu: count,
      buckets: [{ le: 0.1, count }],
    });
    const samples = [at(0, 100), at(2, 300), at(3, 300)];
    expect(perSecond(samples, ({ cpu }) => cpu)).toEqual([
      { at: 2000, value: 100 },
      { at: 3000, value: 0 },
    ]);
    expect(durations(samples, 0.5)).toEqual([{ at: 2000, value: 50 }]);
  });
});
