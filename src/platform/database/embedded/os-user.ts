import { stat } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import type { OsUser } from './run-command';
import { tryCommand } from './run-command';

const USER_NAME = 'postgres';

/** Whether this process is root, as which Postgres refuses to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The owner of a file or folder; `undefined` when it does not exist. */
export async function ownerOf(path: string): Promise<OsUser | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : { uid: found.uid, gid: found.gid };
}

/**
 * The system user `postgres`, made when there is none: with useradd (shadow-utils) or adduser (busybox).
 * Only to be called as root.
 *
 * @throws EmbeddedPostgresError when there is no such user and none could be made.
 */
export async function ensurePostgresUser(log: (line: string) => void): Promise<OsUser> {
  const existing = await lookUpUser(USER_NAME);
  if (existing !== undefined) return existing;
  log(`Postgres does not run as root: creating the system user "${USER_NAME}"`);
  const problem = await createPostgresUser();
  // A process doing the same at the same instant may have been faster, so what counts is that the user exists.
  const created = await lookUpUser(USER_NAME);
  if (created !== undefined) return created;
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and the system user "${USER_NAME}" could not be created (${problem}). ` +
      'Start as an ordinary user, create that user, or set DATABASE_URL.',
  );
}

async function lookUpUser(name: string): Promise<OsUser | undefined> {
  const [uid, gid] = await Promise.all([tryCommand('id', ['-u', name]), tryCommand('id', ['-g', name])]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { uid: Number(uid.output.trim()), gid: Number(gid.output.trim()) };
}

/** Tries the known ways; returns what the last one said when none worked. */
async function createPostgresUser(): Promise<string> {
  // The group may be there without the user, so its result does not matter.
  await tryCommand('groupadd', ['--system', USER_NAME]);
  const options = ['--system', '--gid', USER_NAME, '--no-create-home', '--shell', '/sbin/nologin'];
  const made = await tryCommand('useradd', [...options, USER_NAME]);
  if (made.code === 0) return '';

  await tryCommand('addgroup', ['-S', USER_NAME]);
  const busybox = await tryCommand('adduser', [
    '-S',
    '-D',
    '-H',
    '-G',
    USER_NAME,
    '-s',
    '/sbin/nologin',
    USER_NAME,
  ]);
  return busybox.code === 0 ? '' : `useradd: ${made.output.trim()}; adduser: ${busybox.output.trim()}`;
}
