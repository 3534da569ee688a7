import { randomBytes } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error';

/**
 * Creates a file with its whole content in one atomic step: a reader sees either no file or all of it, and of
 * several creators exactly one succeeds.
 *
 * @returns whether this call created the file; `false` when it was there already.
 */
export async function createFileAtomically(path: string, content: string, mode: number): Promise<boolean> {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await handle.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
  }
}

/**
 * Reads a secret kept in a file, or makes one: random, hexadecimal (so it is safe in a URL), readable by its
 * owner alone (mode 0600). Several processes asking at the same instant get the same secret.
 *
 * @param bytes entropy of a newly made secret; the text is twice as long. Default 32.
 * @throws EmbeddedPostgresError when the file cannot be read or is empty.
 */
export async function readOrCreateSecretFile(path: string, bytes = 32): Promise<string> {
  const existing = await readSecretFile(path);
  if (existing !== undefined) return existing;
  await createFileAtomically(path, `${randomBytes(bytes).toString('hex')}\n`, 0o600);
  const created = await readSecretFile(path);
  if (created === undefined) throw new EmbeddedPostgresError(`${path} vanished while it was being made.`);
  return created;
}

/**
 * Reads a secret kept in a file, without surrounding white space; `undefined` when there is no such file.
 *
 * @throws EmbeddedPostgresError when the file cannot be read or is empty.
 */
export async function readSecretFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError(
      `${path} cannot be read (${systemErrorCode(error) ?? 'error'}). Start as the user who owns it.`,
      { cause: error },
    );
  }
  if (text === '')
    throw new EmbeddedPostgresError(`${path} is empty. Restore it, or remove it to get a new one.`);
  return text;
}
