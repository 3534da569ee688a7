import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A server program of another project that tests run for real. */
export interface ServerProgram {
  /** Name of the file, such as `redis-server`. */
  name: string;
  /** Environment variable that may give its path. */
  variable: string;
  /** The Debian package it is in. */
  package: string;
  /** Packages of libraries it may need; those that a release does not know are left out. */
  libraries: readonly string[];
  /** How to install it where it cannot be fetched. */
  hint: string;
}

/** Where a program lies and what it needs to run. */
export interface ProgramFiles {
  file: string;
  /** Folders with shared libraries that the system does not have; empty for an installed program. */
  libraryPath: string;
  /** All of it, where it was fetched: to be copied for a user who cannot reach it. */
  root: string | undefined;
}

const run = promisify(execFile);

/** Downloads over a slow line; less than Jest waits. Milliseconds. */
const FETCH_TIMEOUT = 100_000;

/**
 * Finds a program: the path that its variable gives, else one on the PATH, else the package of this Debian or Ubuntu,
 * fetched once and without root into the user's cache folder. Several processes may do so at the same time.
 * @throws Error that says how to install it, where none of these works
 */
export const findProgram = async (program: ServerProgram): Promise<ProgramFiles> => {
  const given = process.env[program.variable];
  if (given !== undefined && given !== '') return { file: given, libraryPath: '', root: undefined };
  const installed = await onPath(program.name);
  if (installed !== undefined) return { file: installed, libraryPath: '', root: undefined };
  try {
    const root = join(await cacheFolder(), `${program.name}-${await systemName()}`);
    return (await filesIn(root, program)) ?? (await fetchInto(root, program));
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(
      `No ${program.name} for the tests. Install it (${program.hint}), or give its path in ${program.variable}. ` +
        `It could not be fetched: ${reason}`,
    );
  }
};

/** The environment for it: libraries that were fetched with it come first. */
export const environmentOf = ({ libraryPath }: Pick<ProgramFiles, 'libraryPath'>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  ...(libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath }),
});

/** The program below a folder into which packages were unpacked, if it is there and runs. */
export const filesIn = async (root: string, { name }: ServerProgram): Promise<ProgramFiles | undefined> => {
  const libraries = join(root, 'usr', 'lib');
  const folders = await readdir(libraries).catch(() => []);
  const libraryPath = folders.map((folder) => join(libraries, folder)).join(':');
  for (const folder of ['bin', 'sbin']) {
    const files = { file: join(root, 'usr', folder, name), libraryPath, root };
    const works = run(files.file, ['--version'], { env: environmentOf(files) });
    if (
      await works.then(
        () => true,
        () => false,
      )
    )
      return files;
  }
  return undefined;
};

const onPath = async (name: string): Promise<string | undefined> => {
  // Daemons lie in folders that an ordinary user's PATH lacks.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin'];
  for (const folder of folders.filter((path) => path !== '')) {
    const file = join(folder, name);
    if (await isAllowed(file, constants.X_OK)) return file;
  }
  return undefined;
};

const isAllowed = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** A folder that only this user can have written to: programs are run from it. */
const cacheFolder = async (): Promise<string> => {
  const ofUser = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jobtrail');
  await mkdir(ofUser, { recursive: true }).catch(() => undefined);
  if (await isAllowed(ofUser, constants.W_OK)) return ofUser;

  const { uid } = userInfo();
  const temporary = join(tmpdir(), `jobtrail-cache-${uid}`);
  await mkdir(temporary, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(temporary);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0)
    throw new Error(`${temporary} belongs to someone else`);
  return temporary;
};

/** Libraries of one release do not fit programs of another. */
const systemName = async (): Promise<string> => {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string => new RegExp(`^${name}="?([\\w.]+)`, 'm').exec(release)?.[1] ?? '';
  return `${field('ID')}${field('VERSION_ID')}-${process.arch}`;
};

/** Unpacks beside the goal and renames, so that a fetch that was interrupted is never taken for a whole one. */
const fetchInto = async (root: string, program: ServerProgram): Promise<ProgramFiles> => {
  const work = await mkdtemp(`${root}.`);
  try {
    await download(program, work);
    const unpacked = join(work, 'root');
    for (const name of await readdir(work)) {
      if (name.endsWith('.deb')) await run('dpkg', ['-x', join(work, name), unpacked]);
    }
    if ((await filesIn(unpacked, program)) === undefined)
      throw new Error(`${program.package} was fetched but does not run`);
    await rename(unpacked, root).catch(async () => {
      // Another process was faster, and its files are as good; or something broken of old is in the way.
      if ((await filesIn(root, program)) !== undefined) return;
      await rm(root, { recursive: true, force: true });
      await rename(unpacked, root);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const files = await filesIn(root, program);
  if (files === undefined) throw new Error(`${root} is not usable`);
  return files;
};

/** Uses the system's package lists; where there are none, or too old ones, it makes its own, which needs no root. */
const download = async (program: ServerProgram, folder: string): Promise<void> => {
  try {
    await downloadWith([], program, folder);
  } catch {
    const lists = join(folder, 'lists');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${join(folder, 'cache')}`];
    await apt('apt-get', [...own, 'update'], folder);
    await downloadWith(own, program, folder);
  }
};

const downloadWith = async (options: string[], program: ServerProgram, folder: string): Promise<void> => {
  const wanted = [program.package, ...program.libraries];
  const shown = await apt('apt-cache', [...options, 'show', '--no-all-versions', ...wanted], folder);
  const known = new Set(Array.from(shown.matchAll(/^Package: (\S+)$/gm), ([, name]) => name));
  await apt('apt-get', [...options, 'download', ...wanted.filter((name) => known.has(name))], folder);
};

const apt = async (command: 'apt-get' | 'apt-cache', args: string[], cwd: string): Promise<string> => {
  const env = { ...process.env, LC_ALL: 'C' };
  // Root's apt would hand the download to a user who cannot enter this folder.
  const options = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2'];
  const { stdout } = await run(command, [...options, ...args], {
    cwd,
    env,
    timeout: FETCH_TIMEOUT,
    maxBuffer: 16 * 2 ** 20,
  });
  return stdout;
};
