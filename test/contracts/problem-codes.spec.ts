import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodes } from '../../src/platform/http';
import { repositoryRoot } from '../support/repository-files';

describe('The codes of errors', () => {
  it('that the source throws are all in the table, with their status', () => {
    const source = join(repositoryRoot, 'src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const thrown = files.flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      const calls = text.matchAll(/(?:super|new Problem)\(\s*(\d{3}|\w+),\s*'(\w+)'/g);
      return [...calls].map(([, status, code]) => ({ file, status, code: code! }));
    });
    expect(thrown.length).toBeGreaterThan(10);
    const codes = problemCodes as Record<string, { status: number } | undefined>;
    const unknown = thrown.filter(({ status, code }) => {
      const documented = codes[code]?.status;
      return (
        documented === undefined ||
        (/^\d/.test(status!) && code !== 'bad_request' && documented !== Number(status))
      );
    });
    expect(unknown).toEqual([]);
  });
});
