import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { OPEN_API_FILE, openApiText } from '../../scripts/openapi/open-api-text';
import { readPackageManifest, readRepositoryFile, repositoryRoot } from '../support/repository-files';

/** Without the thousands of lines that a comparison of the whole texts would print. */
const firstDifference = (committed: string, current: string): string | undefined => {
  const lines = current.split('\n');
  const index = committed.split('\n').findIndex((line, at) => line !== lines[at]);
  if (index === -1 && committed === current) return undefined;
  return `${OPEN_API_FILE} is out of date from line ${index + 1} on: run \`npm run openapi\` and commit it.`;
};

describe(OPEN_API_FILE, () => {
  const committed = readRepositoryFile(OPEN_API_FILE);

  it('is what the code says', async () => {
    expect(firstDifference(committed, await openApiText())).toBe(undefined);
  });

  it('is made without chance: twice the same text', async () => {
    expect(firstDifference(await openApiText(), await openApiText())).toBe(undefined);
  });

  it('is written by `npm run openapi`', () => {
    expect(readPackageManifest().scripts.openapi).toContain('scripts/write-openapi.ts');
  });

  it('is a valid OpenAPI 3 document', () => {
    const validator = join(repositoryRoot, 'node_modules', '.bin', 'validate-api');
    expect(
      JSON.parse(execFileSync(validator, [OPEN_API_FILE], { cwd: repositoryRoot, encoding: 'utf8' })),
    ).toEqual({
      valid: true,
    });
    expect(JSON.parse(committed)).toMatchObject({ openapi: expect.stringMatching(/^3\.0\.\d+$/) as string });
  });

  it('carries the version of the package', () => {
    const { info } = JSON.parse(committed) as { info: { version: string } };
    const manifest = JSON.parse(readRepositoryFile('package.json')) as { version: string };
    expect(info.version).toBe(manifest.version);
  });
});
