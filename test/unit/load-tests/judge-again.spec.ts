import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArtilleryReport } from '../../../load-tests/report/artillery-report';
import { type Sample } from '../../../load-tests/report/sample';
import { judgeAgain } from '../../../load-tests/run/again';
import { checkedAgain } from '../../../load-tests/run/earlier';
import { readMeasured, writeFacts, writeSamples, type RunFacts } from '../../../load-tests/run/record';
import { readRepositoryFile } from '../../support/repository-files';

const artillery = JSON.parse(readRepositoryFile('test/fixtures/load/artillery.json')) as ArtilleryReport;
const [recorded] = JSON.parse(readRepositoryFile('test/fixtures/load/samples.json')) as [Sample];
const MEGABYTE = 1024 ** 2;

/** Ten minutes in a small machine. */
const samples: Sample[] = Array.from({ length: 600 }, (_none, second) => ({
  ...recorded,
  at: Date.UTC(2026, 0, 1) + second * 1000,
  cpuLimit: 1,
  memoryLimit: 512 * MEGABYTE,
  rss: 200 * MEGABYTE,
  group: { limit: 512 * MEGABYTE, memory: 500 * MEGABYTE, bound: 400 * MEGABYTE, cpu: 1 },
  buckets: [{ le: Number.POSITIVE_INFINITY, count: second }],
}));

const facts: RunFacts = {
  scenario: 'browsing',
  description: 'As it was',
  command: 'npm run load -- browsing --small',
  circumstances: ['a machine'],
  quick: false,
  thresholds: { rssMegabytes: 201, rssGrowthMegabytesPerHour: 60 },
  checked: [{ what: 'plugins.metrics-by-endpoint.response_time.list.p95 < 400', held: true, binding: true }],
  seen: [{ what: 'Artillery ends with 0', held: false, binding: true, measured: 1 }],
};

describe('judging a run again', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobtrail-again-'));
    writeFileSync(join(folder, 'artillery.json'), JSON.stringify(artillery));
    writeSamples(folder, samples);
    writeFileSync(join(folder, 'report.html'), 'the first');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const again = (scenario = 'browsing', quick = false) => judgeAgain(folder, { scenario, quick });

  it('tells what was kept of it, and holds its figures against its thresholds anew', () => {
    writeFacts(folder, facts);
    const { verdicts, circumstances, command } = again();
    expect([circumstances, command]).toEqual([facts.circumstances, facts.command]);
    expect(verdicts).toEqual([
      { what: 'list.p95 < 400', held: true, binding: true, measured: 391.6 },
      { what: 'rssMegabytes < 201', held: true, binding: true, measured: 200 },
      {
        what: 'rssGrowthMegabytesPerHour < 60 (0.0 to 0.0 at 95 %)',
        held: true,
        binding: true,
        measured: 0,
      },
      ...facts.seen,
    ]);
    writeSamples(folder, samples.slice(0, 100));
    expect(again().verdicts[2]).toMatchObject({ held: false });
    expect(existsSync(join(folder, 'report-before.html'))).toBe(false);
  });

  it('takes the run of another scenario for none', () => {
    writeFacts(folder, facts);
    expect(() => again('soak')).toThrow(/run of browsing/);
  });

  it('finds out what it can of one that kept no record, and keeps its first report', () => {
    const { verdicts, circumstances } = again();
    expect(circumstances.join()).toMatch(/^2026-01-01T.*1 core, 512 MiB.*at most 400 MiB/);
    expect(verdicts.map(({ what, held, binding }) => [what, held, binding])).toEqual([
      ['list.p95 < 400', true, true],
      ['page.p95 < 400', expect.any(Boolean), true],
      ['search.p95 < 400', expect.any(Boolean), true],
      ['job.p95 < 300', expect.any(Boolean), true],
      ['vusers.failed == 0', true, true],
      ['rssMegabytes < 300', true, true],
      ['memory that the program sees in MiB == 512', true, true],
      ['errors that Artillery counted == 0', true, true],
    ]);
    expect(existsSync(join(folder, 'report-before.html'))).toBe(true);
  });

  it('lets times decide nothing in a quick one', () => {
    const { verdicts } = again('browsing', true);
    expect(verdicts.filter(({ binding }) => !binding)).toHaveLength(5);
  });

  it('needs samples and figures', () => {
    rmSync(join(folder, 'samples.json'));
    expect(() => again()).toThrow(/needs samples\.json/);
  });

  it('reads samples as they were before they were kept', () => {
    expect(readMeasured(folder).samples).toEqual(samples);
  });
});

describe('what Artillery checked, found out again', () => {
  const held = (expression: string): boolean | undefined =>
    checkedAgain(artillery, { conditions: [{ expression }] })[0]?.held;

  it.each([
    ['plugins.metrics-by-endpoint.response_time.list.p95 < 391.6', false],
    ['plugins.metrics-by-endpoint.response_time.list.p95 <= 391.6', true],
    ['http.requests == 800', true],
    ['http.requests == 801', false],
    ['http.requests < 800', false],
    ['nothing.p95 < 400', false],
    ['http.requests > 1', false],
  ])('says of %s: %s', (expression, expected) => {
    expect(held(expression)).toBe(expected);
  });
});
