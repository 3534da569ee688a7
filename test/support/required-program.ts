import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian packages of programs that some tests run for real. */
const PACKAGES = { nginx: 'nginx-light', promtool: 'prometheus' } as const;

/** A program that tests run for real. */
export type ProgramName = keyof typeof PACKAGES;

/** Where servers are installed that an ordinary user does not have on the PATH. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** A program of another project, and a `describe` that is skipped where it is missing. */
export interface RequiredProgram {
  /** Its path; empty where it is missing. */
  readonly file: string;
  /** Skipped, and counted as such, where the program is missing. */
  readonly describe: jest.Describe;
}

/**
 * Finds a program that the tests of a file need. A laptop may lack it: its tests are skipped then. Where
 * `REQUIRE_PROGRAMS` is `true`, as `.ci/run` sets it, a missing one fails the file.
 *
 *     const nginx = requireProgram('nginx');
 *     nginx.describe('Behind nginx', () => { ... spawn(nginx.file, ...) ... });
 *
 * @throws Error that says how to install it, where it is required
 */
export const requireProgram = (name: ProgramName): RequiredProgram => {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...MORE_FOLDERS];
  const file = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (file !== undefined) return { file, describe };
  if (process.env.REQUIRE_PROGRAMS === 'true') {
    throw new Error(
      `${name} is missing, and REQUIRE_PROGRAMS=true says that its tests must run. ` +
        `Debian and Ubuntu: apt-get install --no-install-recommends ${PACKAGES[name]}`,
    );
  }
  return { file: '', describe: describe.skip };
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
