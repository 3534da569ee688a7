import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/**
 * Starts an embedded Postgres in a temporary folder. It is stopped and its folder removed by `stop()`, and as well,
 * the hard way, when this process exits without having called it.
 */
export const startTestServer = async (): Promise<TestServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'jobtrail-tests-'));
  // As root the server runs as another user, who has to reach the data.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'postgres');
  const onExit = (): void => stopHard(dataDir, folder);
  process.once('exit', onExit);

  const server = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      process.removeListener('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Last resort at the exit of the process, where nothing can be awaited. */
const stopHard = (dataDir: string, folder: string): void => {
  try {
    // First line of the file: the process id of the server. SIGQUIT is Postgres' immediate shutdown.
    const [pid] = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
  } catch {
    // No such file or process: it is not running.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
