import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltProgram } from '../support/program';
import { send, TEST_PASSWORD } from '../support/test-app';

let program: BuiltProgram;
let dataDir: string;

beforeAll(() => {
  program = new BuiltProgram();
  dataDir = join(program.folder, 'data');
});

afterAll(() => program.remove());

const account = { body: { email: 'ada@example.com', password: TEST_PASSWORD } };

const pidFile = (): string => join(dataDir, 'postgres', 'postmaster.pid');

/** Process id of the Postgres that has the data. */
const postgresPid = (): number => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const untilDead = async (pid: number): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`Process ${pid} lives on`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** In this order, on one data folder: the life of an installation. */
describe('The program without a configured database', () => {
  const said: string[] = [];

  it('starts an embedded Postgres, says where it is to be found, serves, and ends on SIGINT with all it started', async () => {
    const first = program.start({ DATA_DIR: dataDir });
    const url = await first.url();
    expect(first.stderr).toMatch(/^Data: {5}\S+ \(embedded Postgres\)$/m);
    expect(first.stderr).toMatch(/^API: {6}http:\/\/localhost:\d+\/api$/m);
    expect(first.stderr).toMatch(/^Swagger: {2}http:\/\/localhost:\d+\/api\/docs$/m);
    expect((await send(url, 'GET', '/api/health/live')).body).toEqual({ status: 'ok' });
    expect((await send(url, 'GET', '/api/docs')).status).toBe(200);
    expect((await send(url, 'POST', '/api/auth/register', account)).status).toBe(201);

    const pid = postgresPid();
    expect(isAlive(pid)).toBe(true);
    expect(await first.stop('SIGINT')).toBe(0);
    await untilDead(pid);
    expect(existsSync(pidFile())).toBe(false);
    // Nothing pushes the address off the terminal.
    expect(first.stdout).toContain('/api/auth/register');
    expect(first.stdout.split('"level":').length).toBeLessThan(10);
    said.push(first.stdout, first.stderr);
  });

  it('finds the data again at the second start; killed, it leaves a Postgres behind', async () => {
    const second = program.start({ DATA_DIR: dataDir });
    const url = await second.url();
    expect((await send(url, 'POST', '/api/auth/login', account)).status).toBe(200);
    expect(second.stderr).not.toContain('Migrated');
    const pid = postgresPid();
    expect(await second.stop('SIGKILL')).toBe('SIGKILL');

    const third = program.start({ DATA_DIR: dataDir });
    const again = await third.url();
    const login = await send(again, 'POST', '/api/auth/login', account);
    expect(login.status).toBe(200);
    expect(postgresPid()).not.toBe(pid);
    await untilDead(pid);
    const last = postgresPid();
    expect(await third.stop('SIGTERM')).toBe(0);
    await untilDead(last);
    said.push(second.stdout, second.stderr, third.stdout, third.stderr, login.body.token as string);
  });

  it('ends with all it started when its terminal is closed, and takes two signals of one Ctrl-C for one', async () => {
    const closed = program.start({ DATA_DIR: dataDir });
    await closed.url();
    const pid = postgresPid();
    expect(await closed.stop('SIGHUP')).toBe(0);
    expect(isAlive(pid)).toBe(false);

    const interrupted = program.start({ DATA_DIR: dataDir });
    await interrupted.url();
    const next = postgresPid();
    interrupted.signal('SIGINT');
    expect(await interrupted.stop('SIGTERM')).toBe(0);
    expect(isAlive(next)).toBe(false);
  });

  it('refuses a second process on the same data, and the first goes on', async () => {
    const first = program.start({ DATA_DIR: dataDir });
    const url = await first.url();
    const second = program.start({ DATA_DIR: dataDir });
    expect(await second.exit()).toBe(1);
    expect(second.stderr).toMatch(/in use by another Jobtrail process/);
    expect(second.stderr).not.toMatch(/\n {4}at /);
    expect((await send(url, 'POST', '/api/auth/login', account)).status).toBe(200);
    expect(await first.stop('SIGTERM')).toBe(0);
  });

  it('has told no secret: no password, token or key in anything it said', () => {
    const token = said.pop() ?? 'the tests before this one failed';
    const secretFile = (name: string): string => readFileSync(join(dataDir, name), 'utf8').trim();
    const secrets = [TEST_PASSWORD, token, secretFile('secret.key'), secretFile('postgres.password')];
    const text = said.join('\n');
    expect(text).toContain('/api/auth/login');
    expect(secrets.filter((secret) => secret.length < 8 || text.includes(secret))).toEqual([]);
  });
});
