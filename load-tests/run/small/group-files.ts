import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/** The groups that this process is in, by controller of version 1; version 2 is `unified`. */
export const ownGroups = (root: string): Record<string, string> => {
  const mounts = join(root, 'sys/fs/cgroup');
  const lines = readFileSync(join(root, 'proc/self/cgroup'), 'utf8').trim().split('\n');
  const groups: Record<string, string> = {};
  for (const line of lines) {
    const [, controllers = '', ...rest] = line.split(':');
    const path = rest.join(':');
    for (const controller of controllers.split(',')) {
      const mount = controller === '' ? mounts : join(mounts, controller);
      // In a container the path may be that of outside, while the group is what is mounted.
      const folder = [join(mount, path), mount].find((one) => existsSync(join(one, 'cgroup.procs')));
      if (folder !== undefined) groups[controller === '' ? 'unified' : controller] = folder;
    }
  }
  return groups;
};

/** A folder and those around it, up to the mount. */
export const upwards = (folder: string, root: string): string[] => {
  const mount = join(root, 'sys/fs/cgroup');
  const folders: string[] = [];
  for (let at = folder; at.startsWith(mount); at = dirname(at)) folders.push(at);
  return folders;
};
