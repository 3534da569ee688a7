import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** What the process may use. */
export interface ContainerLimits {
  /** Bytes of memory, at which the kernel ends processes. */
  readonly memory: number;
  /** CPUs, with fractions, as in `--cpus=1.5`. */
  readonly cpus: number;
}

/** The machine around the process: its files, and what it has in all. */
export interface Machine {
  /** Folder that `proc/self/cgroup` and `sys/fs/cgroup` are in. */
  readonly root: string;
  /** Bytes. */
  readonly memory: number;
  /** CPUs that the process may run on. */
  readonly cpus: number;
}

const thisMachine = (): Machine => ({ root: '/', memory: totalmem(), cpus: availableParallelism() });

/**
 * What the process may use: the limits of its container (Linux control groups, both versions, each also the other's
 * neighbour as in the hybrid layout of systemd), and never more than the machine has. A group is bound by the groups
 * around it as well, as far as they can be seen from inside. Where nothing can be read there is no limit but the machine.
 *
 * Files: https://docs.kernel.org/admin-guide/cgroup-v2.html (`memory.max`, `cpu.max`) and
 * https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (`memory.limit_in_bytes`; `cpu.cfs_quota_us`).
 */
export const containerLimits = (machine: Machine = thisMachine()): ContainerLimits => {
  const groups = groupsOf(machine.root);
  const memory = [...groups.memory.map(memoryOfV1), ...groups.unified.map(memoryOfV2)];
  const cpus = [...groups.cpu.map(cpusOfV1), ...groups.unified.map(cpusOfV2)];
  return {
    memory: least(memory, machine.memory),
    cpus: least(cpus, machine.cpus),
  };
};

/** The part that each of several processes in one container may use, so that together they keep its limits. */
export const partOfLimits = (
  processes: number,
  { memory, cpus }: ContainerLimits = containerLimits(),
): ContainerLimits => ({ memory: Math.floor(memory / processes), cpus: cpus / processes });

const least = (limits: readonly (number | undefined)[], otherwise: number): number =>
  Math.min(otherwise, ...limits.filter((limit) => limit !== undefined && limit > 0).map(Number));

/** Folders of the groups that the process is in, by hierarchy, with those around them. */
interface Groups {
  memory: string[];
  cpu: string[];
  unified: string[];
}

/**
 * The path of the group that the process is in, by a controller of version 1, or by '' for version 2; nothing where it is
 * in none. By lines such as `0::/a/b` (version 2) and `4:memory:/a/b` (version 1).
 * @param root folder that `proc/self/cgroup` is in
 */
export const groupPath = (root: string, controller: string): string | undefined =>
  (read(join(root, 'proc/self/cgroup')) ?? '')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, controllers]) => controllers?.split(',').includes(controller))
    ?.slice(2)
    .join(':');

const groupsOf = (root: string): Groups => {
  const mounts = join(root, 'sys/fs/cgroup');
  const v1 = (name: string): string[] => withParents(join(mounts, name), groupPath(root, name) ?? '/');
  const path = groupPath(root, '') ?? '/';
  return {
    memory: v1('memory'),
    cpu: v1('cpu'),
    unified: [...withParents(mounts, path), ...withParents(join(mounts, 'unified'), path)],
  };
};

/**
 * The folder of a group below its mount, and those of the groups around it. A container often sees the path that its
 * group has outside, while its own group is the mount itself: that is the last one here.
 */
export const withParents = (mount: string, path: string): string[] => {
  const folders: string[] = [];
  for (let at = join('/', path); at !== '/'; at = dirname(at)) folders.push(join(mount, at));
  return [...folders, mount];
};

const memoryOfV1 = (folder: string): number | undefined => numberIn(join(folder, 'memory.limit_in_bytes'));

const memoryOfV2 = (folder: string): number | undefined => numberIn(join(folder, 'memory.max'));

const cpusOfV1 = (folder: string): number | undefined =>
  quotient(numberIn(join(folder, 'cpu.cfs_quota_us')), numberIn(join(folder, 'cpu.cfs_period_us')));

const cpusOfV2 = (folder: string): number | undefined => {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').split(' ');
  return quotient(toNumber(quota), toNumber(period));
};

const quotient = (quota: number | undefined, period: number | undefined): number | undefined =>
  quota === undefined || period === undefined || period === 0 ? undefined : quota / period;

const numberIn = (file: string): number | undefined => toNumber(read(file));

/** `max`, and -1 in version 1, stand for none. */
const toNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
