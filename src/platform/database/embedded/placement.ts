import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterPath, isClusterInitialised } from './cluster';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error';
import type { OsUser } from './run-command';
import { ensurePostgresUser, isRoot, ownerOf } from './os-user';
import { tryCommand } from './run-command';

/** Where root keeps what the server's user could not reach elsewhere. */
export const STATE_ROOT = '/var/lib/jobtrail';

/** Where the data lies, and as whom the server runs. */
export interface Placement {
  /** Folder that really holds the cluster, its password and its log. */
  dataDir: string;
  /** Whether that is another folder than the one asked for. */
  relocated: boolean;
  /** Folder for copies of the Postgres programs, should they be needed. */
  copyRoot: string;
  /** Set for root alone, who may not run Postgres. */
  runAs?: OsUser;
}

/**
 * Makes the data folder if there is none, and returns its real path. Secrets in it have their own modes; the
 * folder itself can be passed through, so that a server started by root reaches its cluster.
 *
 * @throws EmbeddedPostgresError when it cannot be made.
 */
export async function ensureDataFolder(dataDir: string): Promise<string> {
  try {
    const made = await mkdir(dataDir, { recursive: true });
    if (made !== undefined) await chmod(dataDir, 0o711);
    return await realpath(dataDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(`The data folder ${dataDir} cannot be made: ${reason}`, { cause: error });
  }
}

/**
 * Decides where the data lies. An ordinary user keeps it in the data folder. Root runs the server as the owner
 * of the data if that is an ordinary user, else as the system user `postgres`; if that user cannot reach the
 * data folder (a checkout below /root), the data goes to `<stateRoot>/<hash of the folder's path>`, and stays
 * there for all later starts.
 *
 * @throws EmbeddedPostgresError when data exist in the folder but cannot be reached any more.
 */
export async function choosePlacement(
  dataDir: string,
  log: (line: string) => void,
  stateRoot = STATE_ROOT,
): Promise<Placement> {
  if (!isRoot()) return { dataDir, relocated: false, copyRoot: join(dataDir, 'postgres-binaries') };

  const copyRoot = join(stateRoot, 'postgres-binaries');
  const stateFolder = join(stateRoot, createHash('sha256').update(dataDir).digest('hex').slice(0, 12));
  const hasLocalData = await isClusterInitialised(dataDir);
  const owner = hasLocalData ? await ownerOf(clusterPath(dataDir)) : undefined;
  const runAs = owner !== undefined && owner.uid !== 0 ? owner : await ensurePostgresUser(log);
  if (await isClusterInitialised(stateFolder)) {
    // Data made by the system user stay with it, whoever owns what has since been put in the data folder.
    const stateOwner = (await ownerOf(clusterPath(stateFolder))) ?? runAs;
    return { dataDir: stateFolder, relocated: true, copyRoot, runAs: stateOwner };
  }
  if (await canReach(dataDir, runAs)) return { dataDir, relocated: false, copyRoot, runAs };
  if (hasLocalData) {
    throw new EmbeddedPostgresError(
      `The data in ${clusterPath(dataDir)} cannot be reached by the user Postgres has to run as ` +
        `(uid ${runAs.uid}; it does not run as root). Let that user pass through the folders above ` +
        '(chmod o+x), or start as an ordinary user who can.',
    );
  }
  await makeStateFolder(stateFolder, dataDir);
  return { dataDir: stateFolder, relocated: true, copyRoot, runAs };
}

async function makeStateFolder(folder: string, dataDir: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(join(folder, '..'), 0o755);
  await chmod(folder, 0o711);
  // For whoever finds the folder and wonders which checkout it belongs to.
  await writeFile(join(folder, 'data-folder.txt'), `${dataDir}\n`);
}

/** Tries, as that user, to use a folder of its own below `folder`; modes alone do not tell (ACLs, mounts). */
async function canReach(folder: string, user: OsUser): Promise<boolean> {
  // A fixed name, since the folder is ours alone: what a killed process leaves is removed by the next start.
  const probe = join(folder, 'postgres.probe');
  try {
    await rm(probe, { recursive: true, force: true });
    await mkdir(probe, { mode: 0o700 });
    await chown(probe, user.uid, user.gid);
    const script = 'cd "$1" && : > "$1/probe" && rm "$1/probe"';
    return (await tryCommand('/bin/sh', ['-c', script, 'sh', probe], user)).code === 0;
  } catch (error) {
    // A file system that knows no owners cannot hold a cluster either.
    if (['EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}
