import { Database, unprepared } from '../../src/platform/database';
import { startTestApp, type TestApp } from '../support/test-app';

/** Seconds; and how long a busy machine may need to act on it. */
const LIFETIME = 1;
const DEADLINE = 15_000;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ DB_MAX_LIFETIME: String(LIFETIME), DB_IDLE_TIMEOUT: '0' });
});
afterAll(() => app.close());

const serverProcess = async (): Promise<number> => {
  const statement = unprepared('SELECT pg_backend_pid() AS pid');
  return (await app.app.get(Database).queryOne<{ pid: number }>(statement)).pid;
};

const lives = async (pid: number): Promise<boolean> =>
  (await app.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).length > 0;

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + DEADLINE;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It does not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('A connection that has lived for DB_MAX_LIFETIME', () => {
  it('is replaced, however busy: it is not used again and the server process ends', async () => {
    const old = await serverProcess();
    await until(async () => (await serverProcess()) !== old);
    await until(async () => !(await lives(old)));
    expect(await serverProcess()).not.toBe(old);
  });

  it('is closed while it idles', async () => {
    const idle = await serverProcess();
    await until(async () => !(await lives(idle)));
  });

  it('ends its work first when it is lent', async () => {
    const { pool } = app.app.get(Database);
    const client = await pool.connect();
    await client.query('BEGIN');
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid, pg_sleep(${LIFETIME * 1.5})`,
    );
    const pid = rows[0]?.pid ?? 0;
    await client.query('COMMIT');
    expect(await lives(pid)).toBe(true);
    client.release();
    await until(async () => !(await lives(pid)));
    expect(await serverProcess()).not.toBe(pid);
  });
});
