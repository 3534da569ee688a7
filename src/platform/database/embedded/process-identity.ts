import { readFile } from 'node:fs/promises';
import { systemErrorCode } from './embedded-postgres-error';

/** What `/proc/<pid>/stat` tells about a process (proc_pid_stat(5)): its state letter and its start time. */
interface ProcessStat {
  state: string;
  startTicks: string;
}

async function readProcessStat(pid: number): Promise<ProcessStat | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command name (field 2) is in parentheses and may itself contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/**
 * Tells processes with the same pid apart: boot id and start time on Linux, an empty string where the system
 * has no `/proc` or the process is gone.
 */
export async function processStartIdentity(pid: number): Promise<string> {
  const stat = await readProcessStat(pid);
  if (stat === undefined) return '';
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${bootId.trim()}:${stat.startTicks}`;
}

/** Whether a process with this pid lives. A zombie, which only waits to be reaped, does not. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
  }
  const stat = await readProcessStat(pid);
  return stat === undefined || (stat.state !== 'Z' && stat.state !== 'X');
}
