import { spawn, type ChildProcess } from 'node:child_process';

/** The operating system user a child runs as. */
export interface OsUser {
  uid: number;
  gid: number;
}

/** How a finished command ended and what it said. */
export interface CommandResult {
  /** Exit code; `null` when a signal ended the command. */
  code: number | null;
  /** Standard output and standard error, interleaved as they came. */
  output: string;
}

/**
 * The environment of every child: nothing of the caller's, so that PGDATA, PGPORT, LD_LIBRARY_PATH, LC_* and
 * the like cannot change what the server is or where it lies. Messages are English, the time zone is UTC.
 */
export function cleanEnvironment(): Record<string, string> {
  const systemRoot = process.env.SystemRoot;
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(systemRoot === undefined ? {} : { SystemRoot: systemRoot }),
  };
}

/** Spawn options shared by short commands and the server: clean environment, readable cwd, given OS user. */
export function childOptions(runAs: OsUser | undefined) {
  return {
    cwd: process.platform === 'win32' ? undefined : '/',
    env: cleanEnvironment(),
    // A session of its own: Ctrl-C on the terminal must reach only the Node process.
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
  };
}

/**
 * Runs a program to its end and returns its exit code and output. Supplementary groups are dropped when `runAs`
 * is given (libuv does so).
 *
 * @param spawned told the process as soon as it is there.
 * @throws the spawn error (`ENOENT`, `EACCES`, ...) when the program could not be run at all.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  runAs?: OsUser,
  spawned?: (child: ChildProcess) => void,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...childOptions(runAs), stdio: ['ignore', 'pipe', 'pipe'] });
    spawned?.(child);
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Like {@link runCommand}, but a program that cannot be run counts as failed, its error being the output. */
export async function tryCommand(
  file: string,
  args: readonly string[],
  runAs?: OsUser,
): Promise<CommandResult> {
  try {
    return await runCommand(file, args, runAs);
  } catch (error) {
    return { code: null, output: error instanceof Error ? error.message : String(error) };
  }
}
