import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository-files';

const CACHE = join(repositoryRoot, 'node_modules', '.cache', 'jobtrail-program');

/** An output that nobody has used for so long is removed. Milliseconds. */
const KEPT = 24 * 3600_000;

/**
 * The folder of the compiled sources, as `nest build` would make them. Compiled once for each state of the
 * sources: the folder is named after their hash, and appears by a rename, so that workers may meet here.
 */
export const compiledProgram = (): string => {
  const hash = sourceHash();
  const folder = join(CACHE, hash);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  removeOld();
  const unfinished = mkdtempSync(join(CACHE, 'unfinished-'));
  const swc = join(repositoryRoot, 'node_modules', '.bin', 'swc');
  const options = ['--strip-leading-paths', '--config-file', '.swcrc', '--quiet'];
  execFileSync(swc, ['src', '--out-dir', unfinished, ...options], { cwd: repositoryRoot });
  if (sourceHash() !== hash) {
    // The sources were edited meanwhile: this is the output of neither state.
    rmSync(unfinished, { recursive: true, force: true });
    return compiledProgram();
  }
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another worker was faster; its output is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
};

const sourceHash = (): string => {
  const hash = createHash('sha256');
  const sources = readdirSync(join(repositoryRoot, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...sources, join(repositoryRoot, '.swcrc'), join(repositoryRoot, 'package-lock.json')])
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
};

const removeOld = (): void => {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > KEPT) rmSync(path, { recursive: true, force: true });
  }
};
