import { readFileSync } from 'node:fs';

/** Whether the system tells what a process has and had of memory; Linux does. */
export const memoryIsTold = process.platform === 'linux';

/**
 * Memory of a process in bytes, as in proc(5): what it has (`VmRSS`), or had at most since it started (`VmHWM`).
 * @throws where there is no such process
 */
export const memoryOf = (pid: number, figure: 'VmRSS' | 'VmHWM'): number => {
  const [, kibibytes] =
    new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return 1024 * Number(kibibytes);
};
