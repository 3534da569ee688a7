import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import type { OsUser } from './run-command';
import { isProcessAlive } from './process-identity';
import { runCommand } from './run-command';

/** What a server says of itself in the `postmaster.pid` of its cluster (lines 1, 4 and 8 of that file). */
export interface ServerState {
  pid: number;
  port: number;
  ready: boolean;
}

/** Seconds that `pg_ctl stop` waits for one way of stopping. */
const STOP_TIMEOUT_SECONDS = 60;

/** Reads `postmaster.pid`; `undefined` when there is none, or it is not written yet. */
export async function readServerState(cluster: string): Promise<ServerState | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10));
  if (!(pid > 0)) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: (lines[7] ?? '').trim() === 'ready' };
}

/**
 * The pid of the server that really serves this cluster now. A `postmaster.pid` left by a crash may name a pid
 * that the system has since given to another program: that program is not touched, and the file is removed,
 * because Postgres itself would take it for a server and refuse to start.
 */
export async function findRunningServer(cluster: string): Promise<number | undefined> {
  const state = await readServerState(cluster);
  if (state === undefined || !(await isProcessAlive(state.pid))) return undefined;
  if (await isServerOf(state.pid, cluster)) return state.pid;
  await rm(join(cluster, 'postmaster.pid'), { force: true });
  return undefined;
}

/** Whether the process is a Postgres whose data folder is this cluster. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'win32') return true; // pg_ctl signals through a named pipe that only Postgres has.
  if (process.platform !== 'linux') {
    const command = await commandLineOf(pid);
    return command.includes('postgres') && command.includes(cluster);
  }
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (name.trim() !== 'postgres') return false;
  // A server works in its data folder. By inode, since the folder may have been moved meanwhile.
  const workingFolder = await stat(`/proc/${pid}/cwd`).catch(() => undefined);
  const wanted = await stat(cluster);
  if (workingFolder !== undefined) {
    return workingFolder.ino === wanted.ino && workingFolder.dev === wanted.dev;
  }
  // In a container root may not look into other users' processes; the command line is open to everyone.
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return basename(args[0] ?? '') === 'postgres' && args.includes(cluster);
}

function commandLineOf(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'command=', '-p', String(pid)], (error, stdout) => resolve(error ? '' : stdout));
  });
}

/**
 * Stops the server of a cluster, if one runs: fast (clients are disconnected, transactions rolled back,
 * everything committed is on disk), and if that takes over a minute, at once (the next start then replays
 * the write-ahead log). Returns when it is gone.
 *
 * @throws EmbeddedPostgresError when it still runs after that.
 */
export async function stopServer(cluster: string, binaries: Binaries, runAs?: OsUser): Promise<void> {
  const pid = await findRunningServer(cluster);
  if (pid === undefined) return;
  let output = '';
  for (const mode of ['fast', 'immediate']) {
    const seconds = String(STOP_TIMEOUT_SECONDS);
    const stopped = await runCommand(
      binaries.pgCtl,
      ['stop', '-D', cluster, '-m', mode, '-w', '-t', seconds],
      runAs,
    );
    if (stopped.code === 0 || (await findRunningServer(cluster)) === undefined) {
      await waitUntilGone(pid);
      return;
    }
    output = stopped.output;
  }
  throw new EmbeddedPostgresError(`Postgres (pid ${pid}) in ${cluster} does not stop: ${output.trim()}`);
}

/** The server removes its pid file shortly before it ends; a start in between would be too early. */
async function waitUntilGone(pid: number): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (Date.now() < deadline && (await isProcessAlive(pid))) await delay(10);
}
