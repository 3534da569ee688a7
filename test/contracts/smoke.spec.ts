import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { BuiltProgram } from '../support/program';
import { repositoryRoot } from '../support/repository-files';

const smoke = (main: string): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const environment = { ...process.env, NODE_OPTIONS: '' };
    const args = ['scripts/smoke.mjs', main];
    execFile(process.execPath, args, { cwd: repositoryRoot, env: environment }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
    );
  });

describe('scripts/smoke.mjs', () => {
  let program: BuiltProgram;
  beforeAll(() => {
    program = new BuiltProgram();
  });
  afterAll(() => program.remove());

  it('uses the program as a user would, on an embedded Postgres of its own, and says on which Node', async () => {
    expect(await smoke(join(program.folder, 'dist', 'main.js'))).toEqual({
      code: 0,
      output: `Node ${process.version}: everything works.\n`,
    });
  });

  it('fails with what the program says, where it does not start', async () => {
    const { code, output } = await smoke('no-such-program.js');
    expect([code, output]).toEqual([1, expect.stringContaining('no-such-program.js')]);
  });
});
