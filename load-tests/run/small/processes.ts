import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { processIds } from '../../bench/process-ids';
import { processorsIn } from './machine-size';

/** What Linux tells of a process. */
export interface ProcessStatus {
  pid: number;
  name: string;
  parent: number;
  /** Processors that it may run on: by its own choice and by its groups. */
  processors: number[];
}

/** @returns nothing for a process that has ended, or is a corpse that its parent has not looked after yet */
export const processStatus = (pid: number): ProcessStatus | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(text)?.[1] ?? '';
    if (field('State').startsWith('Z')) return undefined;
    const processors = processorsIn(field('Cpus_allowed_list'));
    return { pid, name: field('Name'), parent: Number(field('PPid')), processors };
  } catch {
    return undefined;
  }
};

/** These processes, their children, the children of those and so on, as far as they run. */
export const familyOf = (pids: readonly number[]): ProcessStatus[] => {
  const all = processIds().flatMap((pid) => processStatus(pid) ?? []);
  const family = all.filter(({ pid }) => pids.includes(pid));
  // Grows while it is gone through.
  for (const { pid } of family)
    family.push(...all.filter((one) => one.parent === pid && !family.includes(one)));
  return family;
};

/** Lets this process with all its threads, and all that it starts from now on, run on these processors only. */
export const runOn = (processors: readonly number[]): void => {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', processors.join(','), String(process.pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    throw new Error('A small machine needs Linux and its program taskset (package util-linux)', {
      cause: error,
    });
  }
};

/**
 * Memory of a process and its children in bytes, where what several share (Postgres's buffers) counts once: the sum of
 * what Linux calls the proportional set size. `null` where it does not tell.
 */
export const sharedOnceBytes = (pid: number): number | null => {
  try {
    return familyOf([pid]).reduce((total, one) => total + proportionalBytes(one.pid), 0) || null;
  } catch {
    return null;
  }
};

const proportionalBytes = (pid: number): number => {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
};
