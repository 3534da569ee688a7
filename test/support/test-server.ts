import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded';

/** A Postgres server that lives as long as the test run. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** The data dies with the run, so nothing has to survive a power cut. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

/** Folders of this name hold the server of the run with that process id. */
const FOLDER = /^jobtrail-tests-(\d+)-/;

/**
 * Starts an embedded Postgres in a temporary folder. It is stopped and its folder removed by `stop()`, and as well,
 * the hard way, when this process exits without having called it.
 */
export const startTestServer = async (): Promise<TestServer> => {
  removeAbandonedFolders();
  const folder = mkdtempSync(join(tmpdir(), `jobtrail-tests-${process.pid}-`));
  // As root the server runs as another user, who has to reach the data.
  chmodSync(folder, 0o755);
  const onExit = (): void => stopHard(folder);
  process.once('exit', onExit);

  const server = await startEmbeddedPostgres({ dataDir: folder, database: 'postgres', settings: SETTINGS });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      process.off('exit', onExit);
      for (const path of [server.dataDir, folder]) rmSync(path, { recursive: true, force: true });
    },
  };
};

/** Last resort at the exit of the process, where nothing can be awaited. */
const stopHard = (folder: string): void => {
  try {
    // First line of the file: the process id of the server. SIGQUIT is Postgres' immediate shutdown.
    const [pid] = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
  } catch {
    // No such file or process: it is not running.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};

/**
 * Removes what killed runs left behind. Should a server of theirs still run, it ends within a minute of that: Postgres
 * shuts down when its postmaster.pid is gone.
 */
const removeAbandonedFolders = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
