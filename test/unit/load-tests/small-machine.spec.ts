import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sample } from '../../../load-tests/report/sample';
import { adapted, prepareScenario } from '../../../load-tests/run/adapted';
import { parseOptions } from '../../../load-tests/run/options';
import { readScenario } from '../../../load-tests/run/scenario';
import { ControlGroup } from '../../../load-tests/run/small/control-group';
import { ownGroups } from '../../../load-tests/run/small/group-files';
import { inForce, type Found } from '../../../load-tests/run/small/in-force';
import { divideProcessors, processorsIn } from '../../../load-tests/run/small/machine-size';
import { hasSwap } from '../../../load-tests/run/small/swap';
import { readRepositoryFile } from '../../support/repository-files';

const [recorded] = JSON.parse(readRepositoryFile('test/fixtures/load/samples.json')) as [Sample];

describe('processors of a small machine', () => {
  it('are divided so that the load takes none of the product’s where there are others', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { minLength: 1 }),
        fc.integer({ min: 1, max: 8 }),
        (all, cores) => {
          fc.pre(cores <= all.length);
          const { product, load } = divideProcessors(all, cores);
          expect(product).toHaveLength(cores);
          if (all.length > cores) expect([...load, ...product]).toEqual(all);
          else expect(load).toEqual(product);
        },
      ),
    );
  });

  it('cannot be more than there are', () => {
    expect(() => divideProcessors([0, 1], 3)).toThrow(/3 cores.*of 2/);
  });

  it('are read as Linux lists them', () => {
    expect(processorsIn('0-2,5\n')).toEqual([0, 1, 2, 5]);
    expect(processorsIn('\n')).toEqual([]);
  });
});

describe('the groups of this process', () => {
  let root: string;
  const group = (path: string): string => {
    const folder = join(root, 'sys/fs/cgroup', path);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'cgroup.procs'), '');
    return folder;
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'jobtrail-groups-'));
    mkdirSync(join(root, 'proc/self'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are found in version 1 by controller, and where the path is one of outside, at the mount', () => {
    writeFileSync(join(root, 'proc/self/cgroup'), '4:memory:/a/b\n2:cpu,cpuacct:/outside\n0::/\n');
    const memory = group('memory/a/b');
    const cpuacct = group('cpuacct');
    expect(ownGroups(root)).toEqual({ memory: [memory], cpuacct: [cpuacct] });
  });

  it('are found in version 2', () => {
    writeFileSync(join(root, 'proc/self/cgroup'), '0::/user.slice/a:b.scope\n');
    const unified = ['user.slice/a:b.scope', 'user.slice', ''].map(group);
    expect(ownGroups(root)).toEqual({ unified });
  });

  it('are no reason to fail where none can be made in them: it is told why', () => {
    const limits = { megabytes: 64, processors: [0] };
    const reasons: string[] = [];
    const create = (): ControlGroup | undefined =>
      ControlGroup.create(limits, root, (reason) => reasons.push(reason));
    expect(create()).toBeUndefined();
    expect(reasons).toEqual([
      'version 1: this process is in no group of memory and cpuset',
      'version 2: this process is in no group',
    ]);
    writeFileSync(join(root, 'proc/self/cgroup'), '0::/a\n');
    group('a');
    expect(create()).toBeUndefined();
    expect(reasons.at(-1)).toMatch(/^version 2: ENOENT.*a\/cgroup\.subtree_control/);
  });

  it('know of swap by what the kernel lists', () => {
    expect(hasSwap(root)).toBe(false);
    writeFileSync(join(root, 'proc/swaps'), 'Filename Type Size Used Priority\n');
    expect(hasSwap(root)).toBe(false);
    writeFileSync(join(root, 'proc/swaps'), 'Filename Type Size Used Priority\n/swap file 1 0 -2\n');
    expect(hasSwap(root)).toBe(true);
  });
});

const MEGABYTE = 1024 ** 2;
const postgres = { pid: 20, name: 'postgres', parent: 1, processors: [1] };
const found: Found = {
  size: { cores: 1, megabytes: 1024 },
  processors: { product: [1], load: [0] },
  product: [{ pid: 10, name: 'node', parent: 1, processors: [1] }, postgres],
  members: [10, 20],
  figures: { memoryLimit: 1024 * MEGABYTE, processors: [1], kills: 0 },
};
const seen: Sample[] = [{ ...recorded, cpuLimit: 1, memoryLimit: 1024 * MEGABYTE }];
const held = (what: Found, samples = seen): boolean => inForce(what, samples).every((one) => one.held);

describe('limits of a small machine', () => {
  it('are in force when the kernel and the program say so', () => {
    expect(held(found)).toBe(true);
    expect(inForce(found, seen).every(({ binding }) => binding)).toBe(true);
  });

  it.each<[string, Partial<Found>]>([
    ['a process may run elsewhere', { product: [found.product[0]!, { ...postgres, processors: [0, 1] }] }],
    ['a process is outside the group', { members: [10] }],
    ['nothing of the product was found', { product: [] }],
    ['the kernel has another limit', { figures: { ...found.figures!, memoryLimit: 2048 * MEGABYTE } }],
    ['the kernel has other processors', { figures: { ...found.figures!, processors: [0, 1] } }],
    ['a process was ended for want of memory', { figures: { ...found.figures!, kills: 1 } }],
  ])('are not when %s', (_title, change) => {
    expect(held({ ...found, ...change })).toBe(false);
  });

  it('are not when the program sees others', () => {
    expect(held(found, [{ ...seen[0]!, cpuLimit: 2 }])).toBe(false);
    expect(held(found, [{ ...seen[0]!, memoryLimit: 2048 * MEGABYTE }])).toBe(false);
    expect(held(found, [])).toBe(false);
  });

  it('are those of the processors where there are no groups, and the memory that was sampled', () => {
    const without = { ...found, members: undefined, figures: undefined };
    const sampled = (rss: number, postgres?: number | null): Sample => ({
      ...seen[0]!,
      rss: rss * MEGABYTE,
      ...(postgres !== undefined && { postgres: postgres === null ? null : postgres * MEGABYTE }),
    });
    expect(inForce(without, [sampled(200, 824), sampled(100)])).toHaveLength(3);
    expect(held(without, [sampled(100), sampled(200, 824), sampled(200), sampled(100)])).toBe(true);
    expect(held(without, [sampled(100, 824), sampled(201), sampled(100, 100)])).toBe(false);
    expect(held(without, [sampled(100), sampled(100, null)])).toBe(false);
  });
});

describe('the command line of a small machine', () => {
  it.each([
    [['--small'], { cores: 1, megabytes: 1024 }],
    [['--cores', '2'], { cores: 2, megabytes: 1024 }],
    [['--memory', '512'], { cores: 1, megabytes: 512 }],
    [['--small', '--cores', '2', '--memory', '2048'], { cores: 2, megabytes: 2048 }],
    [[], undefined],
  ])('takes %j', (args, machine) => {
    expect(parseOptions(['soak', ...args]).machine).toEqual(machine);
  });

  it.each([['--cores'], ['--memory'], ['--seconds'], ['--times'], ['--rate']])(
    'refuses %s that is no number',
    (option) => {
      expect(() => parseOptions(['soak', option, '0'])).toThrow(option);
      expect(() => parseOptions(['soak', option, 'few'])).toThrow(option);
    },
  );
});

describe('a scenario with other numbers', () => {
  it('is shorter, and less comes in it', () => {
    const { script } = readScenario('soak');
    const { config } = adapted(script, { seconds: 60, times: 1, rate: 0.5 });
    expect(config.phases).toEqual([{ name: 'steady', duration: 60, arrivalRate: 5 }]);
    expect(config.ensure).toEqual(script.config.ensure);
    const thousand = adapted(readScenario('thousand').script, { seconds: undefined, times: 1, rate: 0.25 });
    expect(thousand.scenarios[0]?.open?.phases).toEqual([
      { duration: 10, rate: 25, rampTo: 250 },
      { duration: 40, rate: 250 },
    ]);
  });

  it('is longer: as often as it is told, until the longest that a phase may last', () => {
    const longer = (seconds: number | undefined, times: number): unknown =>
      adapted(readScenario('soak').script, { seconds, times, rate: 1 }).config.phases[0]?.duration;
    expect(longer(undefined, 1.5)).toBe(1800);
    expect(longer(1500, 1.5)).toBe(1500);
    expect(parseOptions(['soak', '--times', '1.5']).times).toBe(1.5);
    expect(parseOptions(['soak']).times).toBe(1);
    const refused = { seconds: undefined, times: 2, rate: 1 };
    expect(() => prepareScenario(readScenario('soak'), refused, true)).toThrow(/--times 2 changes nothing/);
  });

  it('pauses no longer than its phases last', () => {
    const { config } = adapted(readScenario('auth-burst').script, { seconds: 5, times: 1, rate: 1 });
    expect(config.phases.map(({ duration, pause }) => duration ?? pause)).toEqual([1, 5, 1, 5, 1]);
  });

  const prepare = (name: string, rate: number, seconds?: number, quick = false) =>
    prepareScenario(readScenario(name), { seconds, times: 1, rate }, quick);

  it.each(['browsing', 'auth-burst'])('refuses a rate for %s, whose users come by number', (name) => {
    expect(() => prepare(name, 0.5)).toThrow(/--rate 0.5 changes nothing/);
    expect(prepare(name, 1).script).toEqual(readScenario(name).script);
  });

  it('refuses a rate or a length that a quick run does not get to', () => {
    expect(() => prepare('soak', 0.8, undefined, true)).toThrow(/--rate 0.8 changes nothing of a quick run/);
    expect(prepare('soak', 0.1, undefined, true).script.config.phases[0]?.arrivalRate).toBe(1);
    expect(() => prepare('soak', 1, 1200)).toThrow(/--seconds 1200 changes nothing/);
    expect(prepare('soak', 1, 1199).script.config.phases[0]?.duration).toBe(1199);
  });
});
