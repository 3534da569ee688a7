import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc` on Linux (USER_HZ). */
const TICKS = 100;

/** Parent and CPU seconds of a process, from `/proc/<pid>/stat`; `undefined` where there is no such thing. */
const processTimes = (pid: number | string): { parent: number; seconds: number } | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces; what follows it are fields 3 and on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS };
  } catch {
    return undefined;
  }
};

/** CPU seconds that a process has used; 0 where the system does not tell. */
export const cpuSeconds = (pid: number): number => processTimes(pid)?.seconds ?? 0;

/** CPU seconds of a process's children that still run: the sessions of a Postgres server. */
export const cpuSecondsOfChildren = (pid: number): number => {
  try {
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(processTimes)
      .filter((times) => times?.parent === pid);
    return children.reduce((sum, times) => sum + (times?.seconds ?? 0), 0);
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
