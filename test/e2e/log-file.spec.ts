import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { BuiltProgram, type RunningProgram } from '../support/program';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

let program: BuiltProgram;
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  program = new BuiltProgram();
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'jobtrail-log-file-'));
});
afterAll(async () => {
  await program.remove();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const start = (environment: NodeJS.ProcessEnv): RunningProgram =>
  program.start({
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    RATE_LIMIT_ENABLED: 'false',
    ...environment,
  });

/** The paths of the requests that a log tells of. */
const pathsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { req?: { path: string } }).req?.path ?? []);

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

describe('LOG_FILE', () => {
  it('is opened anew on SIGHUP, under load and with no line lost, and the process goes on', async () => {
    const file = join(folder, 'logs', 'jobtrail.log');
    const running = start({ LOG_FILE: file });
    const url = await running.url();
    let sent = 0;
    const send = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        const answer = await fetch(`${url}/nowhere/${sent++}`);
        await answer.text();
        expect(answer.status).toBe(404);
      }
    };
    for (const turn of [1, 2]) {
      const sending = send(50);
      // As logrotate does: first the name, then the signal.
      renameSync(file, `${file}.${turn}`);
      running.signal('SIGHUP');
      await sending;
      await eventually(
        () => textOf(file),
        (text) => text !== '' || turn === 2,
      );
    }
    await send(1);
    await eventually(
      () => textOf(file),
      (text) => text.includes(`/nowhere/${sent - 1}"`),
    );
    expect(await running.stop('SIGTERM')).toBe(0);
    const all = [`${file}.1`, `${file}.2`, file].map((name) => textOf(name));
    expect(pathsIn(all.join('')).filter((path) => path.startsWith('/nowhere'))).toEqual(
      Array.from({ length: sent }, (_each, index) => `/nowhere/${index}`),
    );
    expect(running.stdout).toBe('');
  });

  it('on a full disk costs no request, and the process ends as usual', async () => {
    const running = start({ LOG_FILE: '/dev/full', LOG_LEVEL: 'trace' });
    const url = await running.url();
    for (let index = 0; index < 20; index += 1)
      expect((await fetch(`${url}/api/health/live`)).status).toBe(200);
    expect(running.stderr).toMatch(/The log cannot be written \(ENOSPC/);
    expect(running.stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  it('that cannot be made does not keep the process from serving', async () => {
    const running = start({ LOG_FILE: '/dev/null/log' });
    const url = await running.url();
    expect((await fetch(`${url}/api/health/live`)).status).toBe(200);
    expect(running.stderr).toMatch(/The log cannot be written \(E/);
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  it('without it SIGHUP, the end of a terminal, stops the process', async () => {
    const running = start({});
    await running.url();
    expect(await running.stop('SIGHUP')).toBe(0);
  });
});
