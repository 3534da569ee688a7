import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, throwFirst } from '../undoing';
import { ownGroups, VERSION_1, VERSION_2, type GroupFiles } from './group-files';
import { processorsIn } from './machine-size';
import { processStatus, runOn } from './processes';
import { hasSwap } from './swap';

const MEGABYTE = 1024 * 1024;

/** What a group is to be held to. */
export interface GroupLimits {
  megabytes: number;
  processors: readonly number[];
}

/** What the kernel says of a group now. Bytes; CPU time in milliseconds, `null` where it is not counted. */
export interface GroupFigures {
  memoryLimit: number;
  /** With the page cache, most of which could be taken back. */
  memory: number;
  memoryPeak: number;
  /** What cannot be taken back: memory of the programs, and shared memory such as Postgres's buffers. */
  bound: number;
  limitMet: number;
  kills: number;
  processors: number[];
  cpu: number | null;
}

/** Folders by controller; in version 2 it is the same one for all. */
type Folders = Record<'memory' | 'cpuset', string> & { cpuacct?: string };

/**
 * A control group of Linux that holds processes to some processors and to an amount of memory, by the kernel's own means.
 * It lies within the groups of this process, so that what these are held to holds in it too.
 */
export class ControlGroup {
  private constructor(
    private readonly files: GroupFiles,
    private readonly at: Folders,
    /** Where this process belongs. */
    private readonly home: readonly string[],
  ) {}

  /**
   * Makes one, and tries whether this process can go in and out.
   * @param refused is told why a way to make one cannot be gone: no Linux, no permission, controllers not delegated
   * @param root folder that `proc/self/cgroup` and `sys/fs/cgroup` are in
   * @returns nothing where none can be made
   */
  static create(
    limits: GroupLimits,
    root = '/',
    refused: Refused = () => undefined,
  ): ControlGroup | undefined {
    for (const [version, make] of [inVersion1, inVersion2].entries()) {
      const told: Refused = (reason) => refused(`version ${version + 1}: ${reason}`);
      let group: ControlGroup | undefined;
      try {
        const made = make(root, told);
        if (made === undefined) continue;
        group = new ControlGroup(made.files, made.at, made.home);
        group.limitTo(limits, hasSwap(root));
        group.tryOut();
        return group;
      } catch (error) {
        told(messageOf(error));
        removeQuietly(group, told);
      }
    }
    return undefined;
  }

  get version(): 1 | 2 {
    return this.files.version;
  }

  get folders(): string[] {
    return [...new Set(Object.values(this.at))];
  }

  /** Puts this process into the group; what it starts from then on is in it from its beginning. */
  enter(): void {
    for (const folder of this.folders) writeFileSync(join(folder, 'cgroup.procs'), String(process.pid));
  }

  /** Back to where it was, in each part, whatever becomes of the others. */
  leave(): void {
    const errors: unknown[] = [];
    for (const folder of this.home) {
      try {
        writeFileSync(join(folder, 'cgroup.procs'), String(process.pid));
      } catch (error) {
        errors.push(error);
      }
    }
    throwFirst(errors);
  }

  /** Ids of the processes that are in it, which is in all its parts. */
  processes(): number[] {
    const [first = [], ...others] = this.folders.map((folder) =>
      readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    );
    return first.filter((pid) => others.every((pids) => pids.includes(pid)));
  }

  figures(): GroupFigures {
    const { files, at } = this;
    const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');
    const memory = (file: string): number => Number(read(at.memory, file));
    const line = (text: string, name: string): number =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
    const stat = read(at.memory, 'memory.stat');
    const met = read(at.memory, files.limitMet);
    const cpu = at.cpuacct === undefined ? undefined : read(at.cpuacct, files.cpuTime);
    return {
      memoryLimit: memory(files.memoryLimit),
      memory: memory(files.memoryUsed),
      memoryPeak: existsSync(join(at.memory, files.memoryPeak)) ? memory(files.memoryPeak) : Number.NaN,
      bound: line(stat, files.stat.anonymous) + line(stat, files.stat.shared),
      limitMet: files.version === 1 ? Number(met) : line(met, 'max'),
      kills: line(read(at.memory, files.kills), 'oom_kill'),
      processors: processorsIn(read(at.cpuset, files.processorsInForce)),
      cpu:
        cpu === undefined ? null : files.version === 1 ? Number(cpu) / 1e6 : line(cpu, 'usage_usec') / 1000,
    };
  }

  /** @throws Error while processes are in it */
  remove(): void {
    for (const folder of this.folders) if (existsSync(folder)) rmdirSync(folder);
  }

  /** A group may be there and yet let nobody in. Leaves this process the processors that it had. */
  private tryOut(): void {
    const before = processStatus(process.pid)?.processors ?? [];
    const back = (): void => {
      if (processStatus(process.pid)?.processors.join() !== before.join()) runOn(before);
    };
    const errors: unknown[] = [];
    for (const step of [() => this.enter(), () => this.leave(), back]) {
      try {
        step();
      } catch (error) {
        errors.push(error);
      }
    }
    throwFirst(errors);
  }

  /** @throws Error where the kernel did not take it as it was asked to */
  private limitTo({ megabytes, processors }: GroupLimits, swap: boolean): void {
    const { files, at } = this;
    const bytes = megabytes * MEGABYTE;
    // Before a process may come in, version 1 wants to know from which banks of memory it gets its own.
    if (files.version === 1)
      writeFileSync(join(at.cpuset, 'cpuset.mems'), readFileSync(join(at.cpuset, '..', 'cpuset.mems')));
    writeFileSync(join(at.cpuset, files.processors), processors.join(','));
    writeFileSync(join(at.memory, files.memoryLimit), String(bytes));
    try {
      writeFileSync(join(at.memory, files.swapLimit), files.version === 1 ? String(bytes) : '0');
    } catch (error) {
      // Swap is often not counted, which matters where there is some: memory would go there beyond the limit.
      if (swap) throw error;
    }
    const { memoryLimit, processors: inForce } = this.figures();
    if (memoryLimit !== bytes || inForce.join() !== processors.join())
      throw new Error('The kernel did not take the limits');
  }
}

type Refused = (reason: string) => void;

const removeQuietly = (group: ControlGroup | undefined, told: Refused): void => {
  try {
    group?.remove();
  } catch (error) {
    told(`and it stays: ${messageOf(error)}`);
  }
};

interface Made {
  files: GroupFiles;
  at: Folders;
  home: string[];
}

const NAME = `jobtrail-load-${process.pid}`;

const inVersion1 = (root: string, refused: Refused): Made | undefined => {
  const { memory: [memory] = [], cpuset: [cpuset] = [], cpuacct: [cpuacct] = [] } = ownGroups(root);
  if (memory === undefined || cpuset === undefined) {
    refused('this process is in no group of memory and cpuset');
    return undefined;
  }
  const home = [memory, cpuset, ...(cpuacct === undefined ? [] : [cpuacct])];
  const [memoryFolder = '', cpusetFolder = '', cpuacctFolder] = home.map((one) => join(one, NAME));
  const made: string[] = [];
  try {
    for (const folder of home) {
      mkdirSync(join(folder, NAME));
      made.push(join(folder, NAME));
    }
  } catch (error) {
    made.forEach((folder) => rmdirSync(folder));
    throw error;
  }
  const at: Folders = { memory: memoryFolder, cpuset: cpusetFolder };
  if (cpuacctFolder !== undefined) at.cpuacct = cpuacctFolder;
  return { files: VERSION_1, at, home };
};

/**
 * A group that holds processes hands no controllers on, but the outermost: so the new one lies beside this process's, or
 * beside one around it. What is handed on then stays so: others may rely on it by the end.
 */
const inVersion2 = (root: string, refused: Refused): Made | undefined => {
  const { unified = [] } = ownGroups(root);
  const [home] = unified;
  if (home === undefined) refused('this process is in no group');
  for (const folder of unified) {
    try {
      handOn(folder);
      const at = join(folder, NAME);
      mkdirSync(at);
      return { files: VERSION_2, at: { memory: at, cpuset: at, cpuacct: at }, home: [home ?? folder] };
    } catch (error) {
      // Further out, then.
      refused(messageOf(error));
    }
  }
  return undefined;
};

const handOn = (folder: string): void => {
  const file = join(folder, 'cgroup.subtree_control');
  const given = readFileSync(file, 'utf8').trim().split(' ');
  const missing = ['cpuset', 'cpu', 'memory'].filter((name) => !given.includes(name));
  if (missing.length > 0) writeFileSync(file, missing.map((name) => `+${name}`).join(' '));
};
