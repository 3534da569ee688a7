import { execFile } from 'node:child_process';
import { repositoryRoot } from '../support/repository-files';

interface Results {
  numTotalTests: number;
  numFailedTests: number;
}

/** Runs the files of `test/support/jest/fixtures` in one process. */
const runFixtures = (): Promise<Results> =>
  new Promise((resolve, reject) => {
    const args = ['--runInBand', '--json', '--testMatch', '**/*.fixture.ts'];
    const options = { cwd: repositoryRoot, env: { ...process.env, TEST_DATABASE: 'none' } };
    execFile(
      process.execPath,
      ['node_modules/jest/bin/jest.js', ...args],
      options,
      (_failed, stdout, stderr) => {
        const start = stdout.indexOf('{');
        if (start < 0) reject(new Error(stderr));
        else resolve(JSON.parse(stdout.slice(start)) as Results);
      },
    );
  });

describe('A worker of the tests', () => {
  it('fails tests for errors that nobody awaits, in the first file that it runs and in later ones', async () => {
    expect(await runFixtures()).toMatchObject({ numTotalTests: 4, numFailedTests: 4 });
  });
});
