import { execFile } from 'node:child_process';
import { readPackageManifest, repositoryRoot } from '../support/repository-files';

const COMMANDS = ['bench', 'bench:growth', 'load', 'peers', 'dataset'];

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs the command of a script of package.json as npm would. */
const run = (script: string, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const [, ...command] = (readPackageManifest().scripts[script] ?? '').split(' ');
    execFile(process.execPath, [...command, ...args], { cwd: repositoryRoot }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

describe('the commands that measure', () => {
  it('say how they are used when asked', async () => {
    const answers = await Promise.all(COMMANDS.map((script) => run(script, '--help')));
    COMMANDS.forEach((script, index) => {
      expect(answers[index]).toEqual({
        code: 0,
        out: expect.stringContaining(`Usage: npm run ${script} -- `),
        err: '',
      });
    });
  });

  it.each([
    ['dataset', ['--jobs', 'many'], '--jobs must be a whole number, not many'],
    ['load', ['listng'], 'No scenario listng'],
    ['bench', ['--round', '3'], "Unknown option '--round'"],
  ])(
    '%s %j: say what is wrong and how they are used, without a trace of the program',
    async (script, args, wrong) => {
      const { code, out, err } = await run(script, ...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err.split('\n')[0]).toContain(wrong);
      expect(err).toContain(`Usage: npm run ${script} -- `);
      expect(err).not.toContain('    at ');
    },
  );
});
