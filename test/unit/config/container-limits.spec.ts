import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { containerLimits } from '../../../src/config';

const GIB = 1024 ** 3;
const MACHINE = { memory: 16 * GIB, cpus: 8 };

/** What version 1 says where nothing is limited: the largest number of whole pages. */
const NO_LIMIT_V1 = '9223372036854771712';

let root: string;

beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'jobtrail-limits-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** The limits of a machine that has these files. */
const limits = (files: Record<string, string>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return containerLimits({ root, ...MACHINE });
};

describe('The limits of the container', () => {
  it('are those of the machine where there are no control groups', () => {
    expect(limits({})).toEqual(MACHINE);
  });

  it('are read from version 2, where the container is the root of what it sees', () => {
    const files = {
      'proc/self/cgroup': '0::/',
      'sys/fs/cgroup/memory.max': String(GIB / 2),
      'sys/fs/cgroup/cpu.max': '150000 100000',
    };
    expect(limits(files)).toEqual({ memory: GIB / 2, cpus: 1.5 });
  });

  it('are none in version 2 where it says max', () => {
    const files = {
      'proc/self/cgroup': '0::/',
      'sys/fs/cgroup/memory.max': 'max',
      'sys/fs/cgroup/cpu.max': 'max 100000',
    };
    expect(limits(files)).toEqual(MACHINE);
  });

  it('are the tightest of a group and of those around it', () => {
    const files = {
      'proc/self/cgroup': '0::/system.slice/jobtrail.service',
      'sys/fs/cgroup/system.slice/memory.max': String(GIB),
      'sys/fs/cgroup/system.slice/jobtrail.service/memory.max': String(2 * GIB),
      'sys/fs/cgroup/system.slice/cpu.max': 'max 100000',
      'sys/fs/cgroup/system.slice/jobtrail.service/cpu.max': '50000 100000',
    };
    expect(limits(files)).toEqual({ memory: GIB, cpus: 0.5 });
  });

  it('are read from version 1', () => {
    const files = {
      'proc/self/cgroup': '4:memory:/jobs\n3:cpuset:/\n1:cpu,cpuacct:/jobs',
      'sys/fs/cgroup/memory/jobs/memory.limit_in_bytes': String(GIB),
      'sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
      'sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us': '200000',
      'sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us': '100000',
    };
    expect(limits(files)).toEqual({ memory: GIB, cpus: 2 });
  });

  it('are read from version 1 where the container sees the path of its group outside', () => {
    const files = {
      'proc/self/cgroup': '4:memory:/docker/0123abcd\n1:cpu,cpuacct:/docker/0123abcd',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': String(GIB),
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    };
    expect(limits(files)).toEqual({ memory: GIB, cpus: 1 });
  });

  it('are none in version 1 where nothing is limited', () => {
    const files = {
      'proc/self/cgroup': '4:memory:/\n1:cpu,cpuacct:/',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    };
    expect(limits(files)).toEqual(MACHINE);
  });

  it('are never more than the machine has, whatever is allowed', () => {
    const files = {
      'proc/self/cgroup': '0::/',
      'sys/fs/cgroup/memory.max': String(64 * GIB),
      'sys/fs/cgroup/cpu.max': '3200000 100000',
    };
    expect(limits(files)).toEqual(MACHINE);
  });

  it('come from the unified hierarchy beside version 1 as well', () => {
    const files = {
      'proc/self/cgroup': '4:memory:/\n0::/app',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT_V1,
      'sys/fs/cgroup/unified/app/cpu.max': '100000 100000',
    };
    expect(limits(files)).toEqual({ ...MACHINE, cpus: 1 });
  });

  it('are those of the machine where the files make no sense', () => {
    const files = {
      'proc/self/cgroup': 'nonsense',
      'sys/fs/cgroup/memory.max': 'much',
      'sys/fs/cgroup/cpu.max': '100000 0',
    };
    expect(limits(files)).toEqual(MACHINE);
  });
});
