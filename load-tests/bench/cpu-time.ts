import { readFileSync } from 'node:fs';
import { processIds } from './process-ids';

/** Clock ticks a second in `/proc` on Linux (USER_HZ). */
const TICKS = 100;

interface ProcessTimes {
  parent: number;
  seconds: number;
  /** Of its children that have ended. */
  endedChildren: number;
}

/** Parent and CPU seconds of a process, from `/proc/<pid>/stat`; `undefined` where there is no such thing. */
const processTimes = (pid: number): ProcessTimes | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces; what follows it are fields 3 and on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = (first: number): number => Number(fields[first]) + Number(fields[first + 1]);
    return { parent: Number(fields[1]), seconds: ticks(11) / TICKS, endedChildren: ticks(13) / TICKS };
  } catch {
    return undefined;
  }
};

/** CPU seconds that a process has used; 0 where the system does not tell. */
export const cpuSeconds = (pid: number): number => processTimes(pid)?.seconds ?? 0;

/**
 * CPU seconds of a process's children: the sessions of a Postgres server. Those that have ended count on, since a pool
 * that rests closes its connections while another one is measured.
 */
export const cpuSecondsOfChildren = (pid: number): number => {
  try {
    const children = processIds()
      .map(processTimes)
      .filter((times) => times?.parent === pid);
    const ended = processTimes(pid)?.endedChildren ?? 0;
    return children.reduce((sum, times) => sum + (times?.seconds ?? 0), ended);
  } catch {
    return 0;
  }
};

/** Resident memory of a process in bytes; 0 where the system does not tell. */
export const residentBytes = (pid: number): number => {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
};
