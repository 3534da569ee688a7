import { execFile } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltProgram } from '../support/program';
import { repositoryRoot } from '../support/repository-files';

/** Where nothing listens: a program that takes this for its database does not start. */
const NO_DATABASE = 'postgres://nobody:nothing@127.0.0.1:1/nowhere';

describe('scripts/smoke.mjs', () => {
  let program: BuiltProgram;
  /** Runs it as from the root of a repository with this program in it. */
  const smoke = (...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: NO_DATABASE };
      const script = join('scripts', 'smoke.mjs');
      execFile(process.execPath, [script, ...args], { cwd: program.folder, env }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
      );
    });

  beforeAll(() => {
    program = new BuiltProgram();
    cpSync(join(repositoryRoot, 'scripts', 'smoke.mjs'), join(program.folder, 'scripts', 'smoke.mjs'));
    writeFileSync(join(program.folder, '.env'), `DATABASE_URL=${NO_DATABASE}\nSECRET_KEY=short\n`);
  });
  afterAll(() => program.remove());

  it('uses the program as a user would, on an embedded Postgres of its own whatever is configured, and says on which Node', async () => {
    expect(await smoke()).toEqual({ code: 0, output: `Node ${process.version}: everything works.\n` });
  });

  it('fails with what the program says, where it does not start', async () => {
    const { code, output } = await smoke('no-such-program.js');
    expect([code, output]).toEqual([1, expect.stringContaining('no-such-program.js')]);
  });
});
