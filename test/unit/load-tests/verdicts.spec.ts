import { type ArtilleryReport } from '../../../load-tests/report/artillery-report';
import { type Sample } from '../../../load-tests/report/sample';
import { parseOptions } from '../../../load-tests/run/options';
import { quickened, readScenario, undecisive } from '../../../load-tests/run/scenario';
import { productVerdicts, withMeasured } from '../../../load-tests/run/verdicts';
import { readRepositoryFile } from '../../support/repository-files';

const [recorded] = JSON.parse(readRepositoryFile('test/fixtures/load/samples.json')) as [Sample];

const MEGABYTE = 1024 * 1024;

/** Ten seconds in which the program used one of two processors, and answered 70 of 100 lookups from its cache. */
const samples: Sample[] = [
  { ...recorded, at: 0, cpu: 0, cpuLimit: 2, rss: 200 * MEGABYTE, cacheHits: 10, cacheLookups: 10 },
  {
    ...recorded,
    at: 10_000,
    cpu: 10_000,
    cpuLimit: 2,
    rss: 250 * MEGABYTE,
    memoryLimit: 1000 * MEGABYTE,
    cacheHits: 80,
    cacheLookups: 110,
    pool: { used: 5, idle: 0, waiting: 0, max: 20 },
  },
];

describe('bounds of the program’s own figures', () => {
  it('are held against the most of memory and connections, and the mean of CPU and hits', () => {
    const bounds = {
      rssMegabytes: 250,
      cpuPercent: 50.1,
      memoryPercent: 26,
      connectionsPercent: 25,
      cacheHitPercent: 69,
    };
    expect(productVerdicts(bounds, samples, true)).toEqual([
      { what: 'rssMegabytes < 250', held: false, binding: true, measured: 250 },
      { what: 'cpuPercent < 50.1', held: true, binding: true, measured: 50 },
      { what: 'memoryPercent < 26', held: true, binding: true, measured: 25 },
      { what: 'connectionsPercent < 25', held: false, binding: true, measured: 25 },
      { what: 'cacheHitPercent > 69', held: true, binding: true, measured: 70 },
    ]);
  });

  it('are not held where the program told nothing of itself', () => {
    expect(() => productVerdicts({ rssMegabytes: 300 }, [recorded], true)).toThrow(/too few samples/);
  });

  it('are not held by a cache that nobody asked', () => {
    const [verdict] = productVerdicts({ cacheHitPercent: 60 }, [recorded, recorded], true);
    expect(verdict?.held).toBe(false);
  });
});

describe('what Artillery checked', () => {
  it('is told with what it had measured', () => {
    const report = JSON.parse(readRepositoryFile('test/fixtures/load/artillery.json')) as ArtilleryReport;
    const checked = [
      'plugins.metrics-by-endpoint.response_time.list.p95 < 400',
      'vusers.failed == 0',
      'a > 1',
    ];
    const verdicts = checked.map((what) => ({ what, held: true, binding: true }));
    expect(withMeasured(report, verdicts)).toEqual([
      { what: 'list.p95 < 400', held: true, binding: true, measured: 391.6 },
      { what: 'vusers.failed == 0', held: true, binding: true, measured: 0 },
      { what: 'a > 1', held: true, binding: true },
    ]);
  });
});

describe('a quick run', () => {
  it('has the same steps in short phases, and times that decide nothing', () => {
    const scenario = readScenario('mixed-day');
    const script = quickened(scenario.script);
    expect(script.config.phases.map(({ duration }) => duration)).toEqual([3, 3, 3, 3, 3]);
    expect(script.scenarios.map(({ flow }) => flow.length)).toEqual(
      scenario.script.scenarios.map(({ flow }) => flow.length),
    );
    expect(script.config.ensure.thresholds).toBeUndefined();
    const told = undecisive({ ...scenario, script });
    expect(told).toContain('plugins.metrics-by-endpoint.response_time.list.p95 < 200');
    expect(told).toHaveLength(scenario.script.config.ensure.thresholds!.length);
    expect(script.config.ensure.conditions).toContainEqual({ expression: 'vusers.failed == 0' });
  });

  it('shortens loops and the open model too', () => {
    expect(quickened(readScenario('browsing').script).scenarios[0]?.flow[0]).toMatchObject({ count: 2 });
    expect(quickened(readScenario('thousand').script).scenarios[0]?.open).toEqual({
      connections: 50,
      phases: [
        { duration: 3, rate: 100, rampTo: 100 },
        { duration: 3, rate: 100 },
      ],
    });
  });
});

describe('the command line of a load run', () => {
  it('takes a scenario and settings of the program', () => {
    expect(
      parseOptions(['listing', '--quick', '--env', 'DB_MAX_CONNECTIONS=10', '--env', 'LOG_LEVEL=a=b']),
    ).toEqual({
      scenario: 'listing',
      quick: true,
      redis: false,
      profile: false,
      again: false,
      owners: 50,
      bigOwnerJobs: 1000,
      dataDir: '.data/load-quick',
      out: '.data/load-reports/listing-quick',
      build: true,
      dist: 'dist',
      rate: 1,
      times: 1,
      environment: { DB_MAX_CONNECTIONS: '10', LOG_LEVEL: 'a=b' },
    });
  });

  it.each([[[]], [['one', 'two']], [['one', '--owners', '0']], [['one', '--env', 'nonsense']]])(
    'refuses %j',
    (args) => {
      expect(() => parseOptions(args)).toThrow(/./);
    },
  );

  it('judges again what is over, and takes nothing with it that would change nothing', () => {
    expect(parseOptions(['soak', '--again', '--out', 'there', '--plots', 'plots'])).toMatchObject({
      again: true,
      out: 'there',
    });
    expect(() => parseOptions(['soak', '--again', '--small', '--env', 'A=b'])).toThrow(
      /--small, --env would/,
    );
  });

  it('names the scenarios there are, for one that there is not', () => {
    expect(() => readScenario('nothing')).toThrow(/browsing.*thousand/);
  });
});
