import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Installs what a folder with a `package.json` of its own needs, by its own lock file, when it is not there.
 * @param proof a file that is there once all is installed
 * @param notice what is said before, since it takes a while
 */
export const installOwn = (folder: string, proof: string, notice: string): void => {
  if (existsSync(proof)) return;
  console.error(notice);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
};
