import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltProgram } from '../support/program';

let program: BuiltProgram;

beforeAll(() => {
  program = new BuiltProgram();
});

afterAll(() => program.remove());

describe('The demo', () => {
  it.each(['DATABASE_URL=postgres://u:p@127.0.0.1:1/x', 'POSTGRES_HOST=127.0.0.1', 'NODE_ENV=production'])(
    'is refused where .env says %s',
    async (line) => {
      writeFileSync(join(program.folder, '.env'), `${line}\n`);
      const demo = program.start({ DATA_DIR: join(program.folder, 'data') }, 'demo');
      expect(await demo.exit()).toBe(1);
      expect(demo.stderr).toMatch(new RegExp(`everybody knows: it does not run with ${line.split('=')[0]}`));
    },
  );
});
