import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Process ids and those of their parents, of every process that runs now. */
const parents = (): [pid: number, parent: number][] => {
  if (!existsSync('/proc/self/stat')) {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, number][] => {
      const parent = statOf(Number(name))?.parent;
      return parent === undefined ? [] : [[Number(name), parent]];
    });
};

/** State and parent of a process, where the system tells; the name in between may hold anything. */
const statOf = (pid: number): { state: string; parent: number } | undefined => {
  try {
    const [state = '', parent = ''] = (
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    ).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
};

/** Process ids of the children of a process. */
export const childrenOf = (pid: number): number[] =>
  parents()
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);

/** Whether a process is there and has not ended. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return statOf(pid)?.state !== 'Z';
};

/** Sends a signal, to a process that may be gone. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
};

/** Resident memory of a process in bytes; Linux, else `ps`. */
export const residentBytes = (pid: number): number => {
  const status = `/proc/${pid}/status`;
  if (existsSync(status)) return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]) * 1024;
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)])) * 1024;
};
