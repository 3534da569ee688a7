import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Database } from '../../src/platform/database';
import { ANSWER_MARGIN } from '../../src/platform/database/watched-client';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

/** Of the application; and what a busy machine may need besides. Milliseconds. */
const STATEMENT_TIMEOUT = 1_500;
const CONNECTION_TIMEOUT = 2_000;
const SLACK = 4_000;

/** A write also waits for its announcement: until the silence of that connection is noticed, and for a new one. */
const BOUND = STATEMENT_TIMEOUT + ANSWER_MARGIN + 2 * CONNECTION_TIMEOUT + SLACK;

let app: TestApp;
let behind: TestApp;
let proxy: TcpProxy;
let user: TestUser;
/** Accepts connections and says nothing. */
let silent: Server;
const accepted: Socket[] = [];

beforeAll(async () => {
  silent = createServer((socket) => accepted.push(socket.on('error', () => undefined).resume()));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  app = await startTestApp();
  user = await app.register();
});

beforeEach(async () => {
  proxy = await startTcpProxy(app.databaseUrl);
  behind = await startTestApp(
    { DB_STATEMENT_TIMEOUT: String(STATEMENT_TIMEOUT), DB_CONNECTION_TIMEOUT: String(CONNECTION_TIMEOUT) },
    { databaseUrl: proxy.urlFor(app.databaseUrl) },
  );
});

afterEach(async () => {
  await behind.close();
  await proxy.close();
});

afterAll(async () => {
  for (const socket of accepted) socket.destroy();
  silent.close();
  await app.close();
});

/** What is asked of a frozen database: statements alone, through the entity manager, and in transactions. */
const requests = async (): Promise<(() => ReturnType<TestApp['request']>)[]> => {
  const { token } = user;
  const { body: job } = await app.request('POST', '/api/jobs', { token, body: { title: 'A job' } });
  const { id } = job as { id: string };
  const ndjson = { 'content-type': 'application/x-ndjson' };
  return [
    () => behind.request('GET', '/api/jobs', { token }),
    () => behind.request('GET', '/api/jobs/export', { token }),
    () => behind.request('GET', '/api/profile', { token }),
    () => behind.request('POST', '/api/jobs', { token, body: { title: 'B' } }),
    () => behind.request('PATCH', `/api/jobs/${id}`, { token, body: { title: 'C' } }),
    () => behind.request('POST', '/api/jobs/bulk/archive', { token, body: { ids: [id] } }),
    () => behind.request('POST', '/api/jobs/import', { token, body: '{"title":"D"}\n', headers: ndjson }),
  ];
};

const timed = async (send: () => ReturnType<TestApp['request']>) => {
  const began = performance.now();
  const { status, body } = await send();
  return { answer: [status, (body as { code?: string } | undefined)?.code], took: performance.now() - began };
};

const unavailable = { answer: [503, 'unavailable'], took: expect.any(Number) as number };

/** Opens so many connections and leaves them idle. */
const openConnections = async (count: number): Promise<void> => {
  const { pool } = behind.app.get(Database);
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  for (const client of clients) client.release();
};

describe('When the database host freezes', () => {
  it('requests under way are begun anew, or answered 503 where that might do something twice, in bounded time', async () => {
    const sends = await requests();
    // Some more than are needed, so that idle ones stay behind.
    await openConnections(sends.length + 4);
    proxy.freeze();
    const answers = await Promise.all(sends.map(timed));
    // What begins with a read, and transactions, go on with another connection. A write of one statement may have
    // arrived, where it has been sent: it is not begun anew.
    const statuses = answers.map(({ answer: [status] }) => status);
    expect(statuses).toEqual([200, 200, 200, statuses[3], 200, 200, 200]);
    expect([201, 503]).toContain(statuses[3]);
    const { body: list } = await app.request('GET', '/api/jobs', { token: user.token });
    const created = (list as { data: { title: string }[] }).data.filter(({ title }) => title === 'B');
    expect(created).toHaveLength(statuses[3] === 201 ? 1 : 0);
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(BOUND);

    // New connections reach the database, as after a failover.
    const after = await Promise.all(Array.from({ length: 12 }, () => timed(sends[0]!)));
    expect(after.map(({ answer: [status] }) => status)).toEqual(after.map(() => 200));
    expect(Math.max(...after.map(({ took }) => took))).toBeLessThan(SLACK);
    const { pool } = behind.app.get(Database);
    expect(pool.totalCount).toBe(pool.idleCount);
  });

  it('a request in need of a new connection is answered 503 after the connection timeout', async () => {
    const sends = await requests();
    proxy.breakOnUse();
    proxy.retarget(`postgres://127.0.0.1:${(silent.address() as AddressInfo).port}/x`);
    await Promise.all(sends.map(timed));
    const answers = await Promise.all(sends.map(timed));
    expect(answers).toEqual(sends.map(() => unavailable));
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(CONNECTION_TIMEOUT + SLACK);

    proxy.retarget(app.databaseUrl);
    expect((await timed(sends[0]!)).answer[0]).toBe(200);
  });
});
