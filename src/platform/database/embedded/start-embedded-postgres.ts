import { join } from 'node:path';
import { findBinaryPackage, prepareBinaries } from './binaries';
import { checkCluster, clusterPath, initialiseCluster, isClusterInitialised, ROLE } from './cluster';
import { lockDataFolder } from './data-folder-lock';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { ensureDatabase } from './ensure-database';
import type { Placement } from './placement';
import { choosePlacement, ensureDataFolder } from './placement';
import { findRunningServer, stopServer } from './running-server';
import { readOrCreateSecretFile, readSecretFile } from './secret-file';
import type { RunningServer, ServerOptions } from './server-process';
import { startServer } from './server-process';

/** What to start, and where. */
export interface EmbeddedPostgresOptions {
  /** Folder for the data; made if absent. Relative paths count from the working directory. */
  dataDir: string;
  /** Database to connect to, created if absent. Default `jobtrail`. */
  database?: string;
  /** Further Postgres settings, as of postgresql.conf, for example `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
  /** Told, in one line each, what takes time or is worth knowing. Default: nobody. */
  log?: (line: string) => void;
  /** Breaks off the start, which is then rejected with its reason and leaves no process. Default: nothing does. */
  abort?: AbortSignal;
  /** Called while the server gets ready, for what may be done meanwhile; maybe more than once. Default: nothing. */
  onSpawn?: () => void;
}

/** A running embedded server. */
export interface EmbeddedPostgres {
  /** `postgres://user:password@127.0.0.1:port/database` */
  url: string;
  /** Folder where the data really lie (cluster, password and log). */
  dataDir: string;
  /** Whether that is another folder than asked for, because the server's user cannot reach that one. */
  relocated: boolean;
  /** Process id of the server. */
  pid: number;
  /** Stops the server and gives the data folder free. Any further call returns the first one's outcome. */
  stop: () => Promise<void>;
}

/**
 * Starts a real Postgres in a folder and returns once it accepts connections. Nobody else can use the folder
 * until `stop()`. After an unclean end of this process the next start stops the server left over and
 * recovers everything committed.
 *
 * ```ts
 * const postgres = await startEmbeddedPostgres({ dataDir: '.data', log: console.log });
 * const pool = new Pool({ connectionString: postgres.url });
 * // ... end the pool first, then:
 * await postgres.stop();
 * ```
 *
 * In the folder: `postgres/` (the cluster), `postgres.password`, `postgres.log`, `jobtrail.lock`.
 *
 * @throws EmbeddedPostgresError, whose message says what to do: no Postgres installed, folder in use, data of
 * another major version, server or initdb failing.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const binaryPackage = await findBinaryPackage();
  const requestedDir = await ensureDataFolder(options.dataDir);
  const lock = await lockDataFolder(requestedDir);
  try {
    const placement = await choosePlacement(requestedDir, log);
    if (placement.relocated)
      log(`the data lie in ${placement.dataDir}: Postgres cannot run as root in ${requestedDir}`);
    const binaries = await prepareBinaries(binaryPackage, placement.copyRoot, placement.runAs, log);
    const server: ServerOptions = {
      ...placement,
      binaries,
      settings: options.settings ?? {},
      log,
      abort: options.abort,
      onSpawn: options.onSpawn,
    };
    options.abort?.throwIfAborted();
    const password = await prepareCluster(server);
    const running = await startWithDatabase(server, password, options.database ?? 'jobtrail');
    return toHandle(
      running,
      server,
      placement,
      connectionUrl(running.port, password, options.database),
      lock.release,
    );
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Makes or checks the cluster; returns its password. */
async function prepareCluster(server: ServerOptions): Promise<string> {
  const passwordFile = join(server.dataDir, 'postgres.password');
  if (!(await isClusterInitialised(server.dataDir))) {
    server.log(`initialising a database in ${clusterPath(server.dataDir)}`);
    const password = await readOrCreateSecretFile(passwordFile, 24);
    await initialiseCluster(server.dataDir, password, server.binaries, server.runAs, server.abort);
    return password;
  }
  await checkCluster(server.dataDir, server.binaries, server.runAs);
  const password = await readSecretFile(passwordFile);
  if (password !== undefined) return password;
  throw new EmbeddedPostgresError(
    `${passwordFile} is missing, and without it the data in ${clusterPath(server.dataDir)} cannot be opened. ` +
      'Restore that file, or move the folder away to start with an empty database.',
  );
}

async function startWithDatabase(
  server: ServerOptions,
  password: string,
  database: string,
): Promise<RunningServer> {
  const leftOver = await findRunningServer(clusterPath(server.dataDir));
  if (leftOver !== undefined)
    server.log(`stopping the Postgres (pid ${leftOver}) left by a process that was killed`);
  const running = await startServer(server);
  try {
    await ensureDatabase({ port: running.port, password }, database);
    server.abort?.throwIfAborted();
    return running;
  } catch (error) {
    await stopServer(clusterPath(server.dataDir), server.binaries, server.runAs);
    throw error;
  }
}

function connectionUrl(port: number, password: string, database = 'jobtrail'): string {
  return `postgres://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

function toHandle(
  running: RunningServer,
  server: ServerOptions,
  placement: Placement,
  url: string,
  release: () => Promise<void>,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  running.process.once('exit', (code) => {
    if (stopping === undefined)
      server.log(`Postgres ended unexpectedly (exit code ${code ?? 'none'}), see its log`);
  });
  const stop = async (): Promise<void> => {
    try {
      await stopServer(clusterPath(server.dataDir), server.binaries, server.runAs);
    } finally {
      await release();
    }
  };
  return {
    url,
    dataDir: placement.dataDir,
    relocated: placement.relocated,
    pid: running.pid,
    stop: () => (stopping ??= stop()),
  };
}
