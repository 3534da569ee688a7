import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { groupPath, withParents } from '../../../src/config/container-limits';

/** Files of a control group for one purpose; they are called otherwise in each version. */
export interface GroupFiles {
  version: 1 | 2;
  memoryLimit: string;
  /** Of memory with swap (version 1), of swap (version 2). */
  swapLimit: string;
  memoryUsed: string;
  memoryPeak: string;
  /** How often the limit was met, after which the kernel took back what it could; `max` and `oom_kill` in version 2. */
  limitMet: string;
  kills: string;
  /** Lines of `memory.stat`: of programs themselves, all that came from files, and of that what is shared memory. */
  stat: { anonymous: string; file: string; shared: string };
  processors: string;
  /** What came of it. */
  processorsInForce: string;
  cpuTime: string;
}

/** https://docs.kernel.org/admin-guide/cgroup-v1/memory.html and cpusets.html, cpuacct.html */
export const VERSION_1: GroupFiles = {
  version: 1,
  memoryLimit: 'memory.limit_in_bytes',
  swapLimit: 'memory.memsw.limit_in_bytes',
  memoryUsed: 'memory.usage_in_bytes',
  memoryPeak: 'memory.max_usage_in_bytes',
  limitMet: 'memory.failcnt',
  kills: 'memory.oom_control',
  stat: { anonymous: 'total_rss', file: 'total_cache', shared: 'total_shmem' },
  processors: 'cpuset.cpus',
  processorsInForce: 'cpuset.effective_cpus',
  cpuTime: 'cpuacct.usage',
};

/** https://docs.kernel.org/admin-guide/cgroup-v2.html */
export const VERSION_2: GroupFiles = {
  version: 2,
  memoryLimit: 'memory.max',
  swapLimit: 'memory.swap.max',
  memoryUsed: 'memory.current',
  memoryPeak: 'memory.peak',
  limitMet: 'memory.events',
  kills: 'memory.events',
  stat: { anonymous: 'anon', file: 'file', shared: 'shmem' },
  processors: 'cpuset.cpus',
  processorsInForce: 'cpuset.cpus.effective',
  cpuTime: 'cpu.stat',
};

/** Groups with those around them, the innermost first, by controller of version 1; version 2 is `unified`. */
export type OwnGroups = Partial<Record<'memory' | 'cpuset' | 'cpuacct' | 'unified', string[]>>;

/** The groups that this process is in, as far as they can be seen: in a container its own is what is mounted. */
export const ownGroups = (root: string): OwnGroups => {
  const mounts = join(root, 'sys/fs/cgroup');
  const groups: OwnGroups = {};
  for (const name of ['memory', 'cpuset', 'cpuacct', 'unified'] as const) {
    const path = groupPath(root, name === 'unified' ? '' : name);
    if (path === undefined) continue;
    const folders = withParents(name === 'unified' ? mounts : join(mounts, name), path);
    const seen = folders.filter((folder) => existsSync(join(folder, 'cgroup.procs')));
    if (seen.length > 0) groups[name] = seen;
  }
  return groups;
};
