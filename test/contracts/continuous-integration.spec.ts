import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  readPackageManifest,
  readRepositoryFile,
  readYaml,
  repositoryRoot,
} from '../support/repository-files';

interface Workflow {
  on: Record<string, unknown>;
  jobs: Record<
    string,
    { steps: { run?: string; uses?: string }[]; strategy: { matrix: { node: string[] } } }
  >;
}

const { jobs } = readYaml<Workflow>('.github/workflows/ci.yml');
const steps = Object.values(jobs).flatMap((job) => job.steps);

describe('continuous integration', () => {
  it('runs the same script as everybody else, and nothing besides', () => {
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['.ci/run']);
    expect(statSync(join(repositoryRoot, '.ci/run')).mode & 0o111).toBe(0o111);
  });

  it('installs from the lock file and calls the command of the README', () => {
    const commands = readRepositoryFile('.ci/run')
      .split('\n')
      .filter((line) => line.startsWith('npm '));
    expect(commands).toEqual(['npm ci --no-progress --loglevel=error', 'npm test --silent']);
    expect(readPackageManifest().scripts.test).toBe('exec node scripts/run-checks.mjs');
  });

  it('covers the oldest supported Node and the one of the container image', () => {
    const versions = Object.values(jobs).flatMap((job) => job.strategy.matrix.node);
    expect(versions).toContain(readRepositoryFile('.nvmrc').trim());
    expect(`>=${versions[0]}`).toBe(readPackageManifest().engines.node);
  });
});
