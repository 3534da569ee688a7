import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltProgram } from '../support/program';
import { send } from '../support/test-app';

let program: BuiltProgram;
let dataDir: string;

beforeAll(() => {
  program = new BuiltProgram();
  dataDir = join(program.folder, 'data');
});

afterAll(() => program.remove());

const account = { body: { email: 'test@example.com', password: 'password' } };
const loginStatus = async (url: string): Promise<number> =>
  (await send(url, 'POST', '/api/auth/login', account)).status;

/** Longest that the load may take on a busy machine. Milliseconds. */
const SLOW = 180_000;

/** What is said of both samples. */
const POSTINGS = /^Job postings of 2023-2024: (\d+) created, (\d+) there already, (\d+) failed$/m;
const BATCH = /^Batch jobs of 1993: (\d+) created, (\d+) there already, (\d+) failed$/m;
const counts = (said: string, line: RegExp): number[] => (line.exec(said) ?? []).slice(1).map(Number);

/** In this order, on one data folder. */
describe('The demo', () => {
  it('broken off by a signal while it loads ends within seconds, with its Postgres', async () => {
    const demo = program.start({ DATA_DIR: dataDir }, 'demo');
    await demo.says(/^Batch jobs of 1993: 25%$/m, SLOW);
    const began = performance.now();
    expect(await demo.stop('SIGINT')).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(demo.stderr).not.toMatch(BATCH);
    expect(demo.stderr).not.toMatch(/Could not start|\n {4}at /);
  });

  it('reads .env, loads what is missing without doubling anything, and tells how far it is', async () => {
    writeFileSync(join(program.folder, '.env'), 'LOG_LEVEL=info\n');
    const demo = program.start({ DATA_DIR: dataDir }, 'demo');
    const url = await demo.url(SLOW);
    expect(counts(demo.stderr, POSTINGS)).toEqual([0, 1288, 0]);
    const [created = 0, there = 0, failed] = counts(demo.stderr, BATCH);
    expect([created + there, failed]).toEqual([18_239, 0]);
    expect(demo.stderr).toMatch(/25%\n.*50%\n.*75%\n.*100%\n/);
    expect(demo.stdout).toContain('"level":');

    const login = await send(url, 'POST', '/api/auth/login', account);
    expect(login.status).toBe(200);
    const token = login.body.token as string;
    const jobs = await send(url, 'GET', '/api/jobs?limit=1&count=exact', { token });
    expect(jobs.body).toMatchObject({ pagination: { totalItems: 1288 + 18_239 } });
    const { totalItems } = (await send(url, 'GET', '/api/jobs?limit=1', { token })).body.pagination as {
      totalItems: number;
    };
    // An estimate, but not one of before the load.
    expect(totalItems).toBeGreaterThan(0.9 * (1288 + 18_239));
    expect(await demo.stop('SIGINT')).toBe(0);
  });

  it('has its account in no other database: a plain start on the same DATA_DIR does not know it', async () => {
    const plain = program.start({ DATA_DIR: dataDir });
    expect(await loginStatus(await plain.url())).toBe(401);
    expect(await plain.stop('SIGTERM')).toBe(0);
  });
});
