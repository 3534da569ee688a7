import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/database/embedded';
import { migrateDatabase } from '../../src/schema';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../support/test-app';

/** `DB_CONNECTION_TIMEOUT` of the application, and what a busy machine may need besides. Milliseconds. */
const CONNECTION_TIMEOUT = 1500;
const SLACK = 3000;

let folder: string;
let postgres: EmbeddedPostgres;
let proxy: TcpProxy;
let app: TestApp;

const startPostgres = (): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir: join(folder, 'data'), settings: { fsync: 'off' } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jobtrail-outage-'));
  chmodSync(folder, 0o755);
  postgres = await startPostgres();
  await migrateDatabase(postgres.url);
  // The address stays when the server comes back on another port.
  proxy = await startTcpProxy(postgres.url);
  app = await startTestApp(
    { DB_CONNECTION_TIMEOUT: String(CONNECTION_TIMEOUT) },
    { databaseUrl: proxy.urlFor(postgres.url) },
  );
});

afterAll(async () => {
  await app.close();
  await proxy.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Calls that read and write, by many at once. */
const callAll = (token: string) =>
  Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      const began = performance.now();
      const answer = await (n % 2 === 0
        ? app.request('GET', '/api/jobs', { token })
        : app.request('POST', '/api/jobs', { token, body: { title: 'A job' } }));
      return { ...answer, took: performance.now() - began };
    }),
  );

describe('When Postgres is killed under the program', () => {
  it('requests are answered 503 at once, and the same process serves again when it is back', async () => {
    const { token } = await app.register('ada@example.com');
    expect((await callAll(token)).map(({ status }) => status)).toEqual([
      200, 201, 200, 201, 200, 201, 200, 201,
    ]);

    process.kill(postgres.pid, 'SIGQUIT');
    for (let round = 0; round < 3; round++) {
      for (const { status, headers, body, text, took } of await callAll(token)) {
        expect([status, body.code]).toEqual([503, 'unavailable']);
        expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(took).toBeLessThan(CONNECTION_TIMEOUT + SLACK);
        expect(text).not.toMatch(/ECONN|terminat|postgres|127\.0\.0\.1/i);
      }
    }
    expect((await app.request('GET', '/api/health/live')).status).toBe(200);

    await postgres.stop();
    postgres = await startPostgres();
    proxy.retarget(postgres.url);
    const deadline = Date.now() + 30_000;
    while ((await app.request('GET', '/api/profile', { token })).status !== 200)
      if (Date.now() > deadline) throw new Error('It does not serve again');
    const login = await app.request('POST', '/api/auth/login', {
      body: { email: 'ada@example.com', password: TEST_PASSWORD },
    });
    expect(login.status).toBe(200);
    const jobs = await app.request('GET', '/api/jobs?count=exact', { token });
    expect(jobs.body.pagination.totalItems).toBe(4);
  });
});
