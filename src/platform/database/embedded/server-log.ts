import { open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** A log larger than this, in bytes, is emptied before the next start. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** Where the server of a data folder logs. */
export function serverLogPath(dataDir: string): string {
  return join(dataDir, 'postgres.log');
}

/** Makes the log file if needed, empties it when it has grown over 10 MB, and returns its size in bytes. */
export async function prepareServerLog(path: string): Promise<number> {
  const handle = await open(path, 'a', 0o600);
  await handle.close();
  const { size } = await stat(path);
  if (size <= MAX_LOG_BYTES) return size;
  await truncate(path, 0);
  return 0;
}

/** The last lines (20 by default) that were logged after the first `fromByte` bytes. */
export async function tailServerLog(path: string, fromByte: number, lines = 20): Promise<string> {
  const content = await readFile(path).catch(() => Buffer.alloc(0));
  return lastLines(content.subarray(fromByte).toString('utf8'), lines);
}

/** The last lines of a text, without trailing white space. */
export function lastLines(text: string, lines = 20): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
