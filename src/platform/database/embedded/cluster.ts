import {
  chmod,
  chown,
  lchown,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error';
import { endWithProcess } from './end-with-process';
import type { OsUser } from './run-command';
import { ownerOf } from './os-user';
import { runCommand } from './run-command';
import { lastLines } from './server-log';

/** The one role of the embedded server: a superuser, so that it can make databases and extensions. */
export const ROLE = 'jobtrail';

const UNFINISHED_PREFIX = 'postgres.init-';

/** Where the Postgres cluster of a data folder lies. */
export function clusterPath(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/** Whether the data folder holds a complete cluster. */
export async function isClusterInitialised(dataDir: string): Promise<boolean> {
  return (await readClusterVersion(dataDir)) !== undefined;
}

/** The major version that made the cluster (its PG_VERSION file), or `undefined` when there is none. */
async function readClusterVersion(dataDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(clusterPath(dataDir), 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    if (systemErrorCode(error) !== 'EACCES') throw error;
    throw await wrongOwnerError(dataDir);
  }
}

/**
 * Checks that the cluster can be served by these programs and this user; hands a cluster that root owns (a
 * restored copy) over to that user.
 *
 * @throws EmbeddedPostgresError when another major version made it, or it belongs to another user.
 */
export async function checkCluster(dataDir: string, binaries: Binaries, runAs?: OsUser): Promise<void> {
  const version = await readClusterVersion(dataDir);
  if (version !== binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      `The data in ${clusterPath(dataDir)} were made by Postgres ${version ?? '?'}, but the embedded server is ` +
        `Postgres ${binaries.majorVersion}. Nothing was changed. Dump and restore them with Postgres ` +
        `${version ?? '?'}, or move the folder away to start with an empty database.`,
    );
  }
  const cluster = clusterPath(dataDir);
  const owner = await ownerOf(cluster);
  if (runAs !== undefined && owner?.uid === 0) await chownTree(cluster, runAs);
  const self = process.getuid?.();
  if (runAs === undefined && self !== undefined && owner?.uid !== self) throw await wrongOwnerError(dataDir);
}

async function wrongOwnerError(dataDir: string): Promise<EmbeddedPostgresError> {
  const owner = await ownerOf(clusterPath(dataDir));
  return new EmbeddedPostgresError(
    `The data in ${clusterPath(dataDir)} belong to another user (uid ${owner?.uid ?? '?'}). ` +
      'Start as the user who made them, or use another data folder.',
  );
}

async function chownTree(path: string, user: OsUser): Promise<void> {
  await lchown(path, user.uid, user.gid);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await chownTree(child, user);
    else await lchown(child, user.uid, user.gid);
  }
}

/**
 * Makes the cluster: UTF-8, password authentication (scram-sha-256), collation and case rules from Postgres'
 * builtin C.UTF-8 provider, so that sorting is by code point on every system. It is made in a temporary
 * sibling and renamed when complete: an interrupted attempt leaves only rubbish, which is removed here.
 *
 * @param abort breaks it off; the promise is then rejected with its reason, and no process is left.
 * @throws EmbeddedPostgresError with initdb's last lines when it fails.
 */
export async function initialiseCluster(
  dataDir: string,
  password: string,
  binaries: Binaries,
  runAs?: OsUser,
  abort?: AbortSignal,
): Promise<void> {
  await removeUnfinished(dataDir);
  const workspace = await mkdtemp(join(dataDir, UNFINISHED_PREFIX));
  try {
    const passwordFile = join(workspace, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (runAs !== undefined) {
      await chown(passwordFile, runAs.uid, runAs.gid);
      await chown(workspace, runAs.uid, runAs.gid);
    }
    const made = await runInitdb(join(workspace, 'cluster'), passwordFile, binaries, runAs, abort);
    await installCluster(made, dataDir);
  } finally {
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * The character type comes from the C library even with the builtin provider, and decides what pg_trgm takes
 * for a letter: with plain C it would not index any word outside ASCII. Hence C.UTF-8 where the system has it.
 */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

async function runInitdb(
  target: string,
  passwordFile: string,
  binaries: Binaries,
  runAs?: OsUser,
  abort?: AbortSignal,
): Promise<string> {
  let output = '';
  for (const characterType of CHARACTER_TYPES) {
    const result = await runCommand(
      binaries.initdb,
      [
        ...['-D', target, '-U', ROLE, '--encoding=UTF8', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
        ...[
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
          `--lc-ctype=${characterType}`,
        ],
      ],
      runAs,
      (child) => endWithProcess(child, { signal: 'SIGTERM', group: true }, abort),
    );
    abort?.throwIfAborted();
    if (result.code === 0) return target;
    output = result.output;
    if (!output.includes('invalid locale name')) break;
  }
  throw new EmbeddedPostgresError(`The database could not be initialised:\n${lastLines(output)}`);
}

async function installCluster(made: string, dataDir: string): Promise<void> {
  const target = clusterPath(dataDir);
  await chmod(made, 0o700);
  try {
    // An empty folder of that name (a mount point, say) makes way; anything else is not ours to remove.
    await rmdir(target).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    });
    await rename(made, target);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) throw error;
    throw new EmbeddedPostgresError(
      `${target} exists but holds no Postgres cluster (no PG_VERSION). Move it away and start again.`,
      { cause: error },
    );
  }
  await syncFolder(dataDir);
}

/** Makes the rename durable; not every system can sync a folder, and then there is nothing better to do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(UNFINISHED_PREFIX)) continue;
    // An initdb that outlived its parent may still write there; the next start tries again.
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}
