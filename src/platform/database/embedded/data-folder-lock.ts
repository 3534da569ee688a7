import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error';
import { isProcessAlive, processStartIdentity } from './process-identity';
import { createFileAtomically } from './secret-file';

/** A held lock on a data folder. */
export interface DataFolderLock {
  /** Gives the folder free; harmless when repeated. */
  release: () => Promise<void>;
}

const LOCK_FILE = 'jobtrail.lock';

/**
 * Takes the data folder for this process, so that two Jobtrail processes never work on one cluster. The lock is
 * the file `jobtrail.lock`, which names the owner's pid and start time; a lock whose owner is dead, or whose
 * pid now belongs to another process, is taken over.
 *
 * @throws EmbeddedPostgresError naming the owner's pid when a living process holds the folder.
 */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const path = join(dataDir, LOCK_FILE);
  const content = JSON.stringify({
    pid: process.pid,
    started: await processStartIdentity(process.pid),
    nonce: randomBytes(8).toString('hex'),
  });
  const ownerPid = await acquire(path, content);
  if (ownerPid !== undefined) {
    const owner = ownerPid === process.pid ? 'this very process' : 'another Jobtrail process';
    throw new EmbeddedPostgresError(
      `The data folder ${dataDir} is in use by ${owner} (pid ${ownerPid}). ` +
        'Stop that process first, or use another data folder or DATABASE_URL.',
    );
  }
  return { release: () => release(path, content) };
}

/**
 * Puts `content` into the lock file unless a living process has it; returns that process' pid, or `undefined`
 * when the lock is ours.
 *
 * Replacing a dead owner's file is a race: two processes may both have seen it dead, and the slower one must
 * not replace the faster one's fresh lock. So replacing needs a second lock, named after the dead content;
 * who holds it looks again, and only replaces what is still the same. The content has a nonce and never comes
 * back, hence a guard left behind by a crash can only ever matter to the same dead lock, and is itself taken
 * over by the same rule.
 */
async function acquire(path: string, content: string): Promise<number | undefined> {
  for (;;) {
    if (await createFileAtomically(path, content, 0o644)) return undefined;
    const found = await readIfPresent(path);
    if (found === undefined) continue;
    const ownerPid = await livingOwner(found);
    if (ownerPid !== undefined) return ownerPid;

    const guard = `${path}.${createHash('sha256').update(found).digest('hex').slice(0, 12)}`;
    const rivalPid = await acquire(guard, content);
    if (rivalPid !== undefined) return rivalPid;
    try {
      if ((await readIfPresent(path)) !== found) continue;
      await replaceFile(path, content);
      return undefined;
    } finally {
      await release(guard, content);
    }
  }
}

async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, content, { mode: 0o644, flag: 'wx' });
  await rename(temporary, path);
}

async function release(path: string, content: string): Promise<void> {
  if ((await readIfPresent(path)) !== content) return;
  await unlink(path).catch(() => undefined);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The pid of the process that wrote this lock, if it still lives; unreadable content has no living owner. */
async function livingOwner(content: string): Promise<number | undefined> {
  const owner = parseOwner(content);
  if (owner === undefined || !(await isProcessAlive(owner.pid))) return undefined;
  const started = await processStartIdentity(owner.pid);
  return started === '' || owner.started === '' || started === owner.started ? owner.pid : undefined;
}

function parseOwner(content: string): { pid: number; started: string } | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('pid' in value) || typeof value.pid !== 'number') return undefined;
    return { pid: value.pid, started: 'started' in value ? String(value.started) : '' };
  } catch {
    return undefined;
  }
}
