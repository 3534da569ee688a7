import { Database, unprepared } from '../../src/platform/database';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

/** Longer than a connection may idle without being asked whether it lives. Milliseconds. */
const LONG_IDLE = 11_000;

/** Far less than the sum of what each dead connection would cost, far more than a busy machine needs. */
const QUICK = 6_000;

/** Connections that die: asked one after another, whether they live, they would cost 8 s. */
const DEAD = 16;

let app: TestApp;
let behind: TestApp;
let proxy: TcpProxy;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp();
  proxy = await startTcpProxy(app.databaseUrl);
  user = await app.register();
});

// A pool that has met dead connections trusts none of their age: each test has a fresh one.
beforeEach(async () => {
  behind = await startTestApp(
    { DB_CONNECTION_TIMEOUT: '5000' },
    { databaseUrl: proxy.urlFor(app.databaseUrl) },
  );
});

afterEach(() => behind.close());

afterAll(async () => {
  await proxy.close();
  await app.close();
});

/**
 * Fills the pool with idle connections and gives their server processes.
 * @param idle for how long they have been idle already, as the pool sees it
 */
const openConnections = async (count: number, idle = 0): Promise<number[]> => {
  const { pool } = behind.app.get(Database);
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  const pids: number[] = [];
  for (const client of clients) {
    client.on('error', ignore);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    pids.push(rows[0]!.pid);
  }
  const released = performance.now() - idle;
  const clock = jest.spyOn(performance, 'now').mockReturnValue(released);
  for (const client of clients) {
    client.off('error', ignore);
    client.release();
  }
  clock.mockRestore();
  return pids;
};

const ignore = (): void => undefined;

/** Waits until the pool has heard that its connections are closed. */
const untilHeard = async (): Promise<void> => {
  const { pool } = behind.app.get(Database);
  while (pool.totalCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

const serverProcess = async (): Promise<number> => {
  const { pid } = await behind.app
    .get(Database)
    .queryOne<{ pid: number }>(unprepared('SELECT pg_backend_pid() AS pid'));
  return pid;
};

const profile = async (): Promise<{ status: number; took: number }> => {
  const started = process.hrtime.bigint();
  const { status } = await behind.request('GET', '/api/profile', { token: user.token });
  return { status, took: Number(process.hrtime.bigint() - started) / 1e6 };
};

describe('A pooled connection', () => {
  it('that lives is used again, also after a long idle time', async () => {
    const [pid] = await openConnections(1, LONG_IDLE);
    expect(await serverProcess()).toBe(pid);
  });

  it('that the server has closed while it idled is replaced, and no request fails', async () => {
    const pids = await openConnections(3);
    await app.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
    await untilHeard();
    expect((await profile()).status).toBe(200);
    expect(pids).not.toContain(await serverProcess());
  });

  it('that breaks when it is verified is replaced, and no request fails', async () => {
    const pids = await openConnections(3, LONG_IDLE);
    proxy.breakOnUse();
    expect((await profile()).status).toBe(200);
    expect(pids).not.toContain(await serverProcess());
  });

  it('that is closed by the server while it is lent fails its queries, and not the process', async () => {
    const client = await behind.app.get(Database).pool.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await app.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    await ended;
    await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable/);
    client.release(true);
    expect((await profile()).status).toBe(200);
  });

  it('that died without a word is replaced, and a request waits for no more than one of them', async () => {
    const pids = await openConnections(DEAD, LONG_IDLE);
    proxy.freeze();
    const { status, took } = await profile();
    expect(status).toBe(200);
    expect(took).toBeLessThan(QUICK);
    expect(pids).not.toContain(await serverProcess());
  });

  it('that died without a word fails none of many requests at once', async () => {
    await openConnections(DEAD, LONG_IDLE);
    proxy.freeze();
    const answers = await Promise.all(Array.from({ length: 30 }, profile));
    expect(answers.filter(({ status, took }) => status !== 200 || took >= QUICK)).toEqual([]);
  });
});
