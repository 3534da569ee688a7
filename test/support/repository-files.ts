import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Top folder of the repository. */
export const repositoryRoot = join(__dirname, '..', '..');

/** Text of a file, by its path from the top folder. */
export const readRepositoryFile = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** Whether a file or folder exists, by its path from the top folder. */
export const isInRepository = (path: string): boolean => existsSync(join(repositoryRoot, path));

/** A YAML file as the caller knows it to look; the tests assert what matters of the shape. */
export const readYaml = <T>(path: string): T => parse(readRepositoryFile(path)) as T;

/** What the contract tests read from package.json. */
export interface PackageManifest {
  scripts: Record<string, string>;
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** package.json. */
export const readPackageManifest = (): PackageManifest =>
  JSON.parse(readRepositoryFile('package.json')) as PackageManifest;
