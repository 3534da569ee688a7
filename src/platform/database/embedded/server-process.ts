import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries';
import { clusterPath } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { endWithProcess } from './end-with-process';
import type { OsUser } from './run-command';
import { childOptions } from './run-command';
import { readServerState, stopServer } from './running-server';
import { prepareServerLog, serverLogPath, tailServerLog } from './server-log';

/** What is needed to start the server of a data folder. */
export interface ServerOptions {
  dataDir: string;
  binaries: Binaries;
  runAs?: OsUser;
  /** Further Postgres settings; they win over the ones made here. */
  settings: Record<string, string>;
  log: (line: string) => void;
  /** Breaks off the start. A server that accepts connections is not touched by it any more. */
  abort?: AbortSignal | undefined;
  /** Called each time a process of the server runs, and is not ready yet. */
  onSpawn?: (() => void) | undefined;
}

/** A server that accepts connections on 127.0.0.1. */
export interface RunningServer {
  pid: number;
  port: number;
  process: ChildProcess;
}

/** Failures that pass: the port was taken meanwhile, or processes of an earlier server are still ending. */
const TRANSIENT = /Address already in use|"postmaster\.pid" already exists|pre-existing shared memory block/;
const TRANSIENT_DEADLINE_MS = 15_000;
/** Replaying the write-ahead log of a big import after a crash can take minutes. */
const READY_DEADLINE_MS = 10 * 60_000;
const PROGRESS_EVERY_MS = 5_000;

/**
 * Starts the server on a free port and waits until it accepts connections. A server left over on the same
 * cluster by a process that was killed is stopped first.
 *
 * The program is run directly in a session of its own, not through `pg_ctl start`: that goes through a shell,
 * which trips over a `$` or a quote in the folder's name, and leaves nobody to notice at once that it ended.
 *
 * @throws EmbeddedPostgresError with the last lines of the server's log when it does not start; the reason of
 * `abort` when that broke it off, after the server has ended.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const cluster = clusterPath(options.dataDir);
  const giveUpAt = Date.now() + TRANSIENT_DEADLINE_MS;
  for (;;) {
    await stopServer(cluster, options.binaries, options.runAs);
    const logPath = serverLogPath(options.dataDir);
    const logStart = await prepareServerLog(logPath);
    const port = await findFreePort();
    const { child, ending } = await spawnServer(options, port, logPath);
    options.onSpawn?.();
    const problem = await waitUntilReady(child, ending, cluster, options);
    options.abort?.throwIfAborted();
    if (problem === undefined && child.pid !== undefined) {
      child.unref();
      return { pid: child.pid, port, process: child };
    }
    const logged = await tailServerLog(logPath, logStart);
    if (!TRANSIENT.test(logged) || Date.now() > giveUpAt) {
      throw new EmbeddedPostgresError(
        `Postgres did not start (${problem ?? ''}). ${logPath} ends with:\n${logged}`,
      );
    }
    await delay(100);
  }
}

/** Why a process has ended, or could not be started; `undefined` while it runs. */
interface Ending {
  problem?: string;
}

async function spawnServer(
  options: ServerOptions,
  port: number,
  logPath: string,
): Promise<{ child: ChildProcess; ending: Ending }> {
  const settings: Record<string, string> = {
    log_checkpoints: 'off',
    ...options.settings,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
  };
  const args = ['-D', clusterPath(options.dataDir)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const log = await open(logPath, 'a', 0o600);
  try {
    const child = spawn(options.binaries.postgres, args, {
      ...childOptions(options.runAs),
      stdio: ['ignore', log.fd, log.fd],
    });
    // At once: a server that refuses its settings ends before the log has been closed here.
    const ending: Ending = {};
    child.once('error', (error) => (ending.problem = error.message));
    child.once(
      'exit',
      (code, signal) => (ending.problem ??= `it ended with ${signal ?? `exit code ${code ?? '?'}`}`),
    );
    endWithProcess(child, { signal: 'SIGINT', group: false });
    return { child, ending };
  } finally {
    await log.close();
  }
}

/** Returns `undefined` once the server accepts connections, else why it will not. */
async function waitUntilReady(
  child: ChildProcess,
  ending: Ending,
  cluster: string,
  { log, abort }: ServerOptions,
): Promise<string | undefined> {
  const startedAt = Date.now();
  let nextProgressAt = startedAt + PROGRESS_EVERY_MS;
  while (ending.problem === undefined) {
    const state = await readServerState(cluster);
    if (abort?.aborted === true) {
      // Again and again: the first may come before the server listens to signals.
      child.kill('SIGINT');
    } else if (state?.pid === child.pid && state?.ready === true) {
      return undefined;
    }
    if (Date.now() > startedAt + READY_DEADLINE_MS) {
      child.kill('SIGQUIT');
      return 'it was not ready after 10 minutes';
    }
    if (Date.now() > nextProgressAt) {
      log('Postgres is still starting (it replays what an unclean stop left in its log)');
      nextProgressAt += PROGRESS_EVERY_MS;
    }
    await delay(10);
  }
  return ending.problem;
}

/** A port free at this moment; should it be taken before Postgres has it, the start is tried again. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
