import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { startTestApp, type TestApp } from '../support/test-app';

/** Less than half of the ten seconds that the program gives requests under way as it ends. Milliseconds. */
const SOON = 5_000;

let database: TestDatabase;
let first: TestApp;
let app: TestApp;
let socket: Socket | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
  first = await startTestApp({}, { databaseUrl: database.url });
  app = await startTestApp({}, { databaseUrl: database.url });
});

afterEach(async () => {
  socket?.destroy();
  await first.close();
  await database.drop();
});

/** Begins an import of which one batch is written and the rest never comes. */
const stalledImport = async (token: string): Promise<Socket> => {
  const opened = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket = opened;
  opened.on('error', () => undefined);
  const lines = Array.from({ length: 501 }, (_, n) => `{"title":"Job ${n}"}\n`).join('');
  opened.write(
    `POST /api/jobs/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/x-ndjson\r\nContent-Length: ${lines.length + 1_000}\r\n\r\n${lines}`,
  );
  const deadline = Date.now() + 20_000;
  while ((await count()) < 500) if (Date.now() > deadline) throw new Error('The batch is not written');
  return opened;
};

const count = async (): Promise<number> =>
  (await first.query<{ count: number }>('SELECT count(*)::int AS count FROM jobs'))[0]?.count ?? -1;

/** Keeps everyone from reading users; gives what ends that. */
const lockUsers = async (): Promise<() => Promise<void>> => {
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE users');
  return () => holder.end();
};

describe('An import whose client stalls as the program is to end', () => {
  it('is cut off soon: the stop waits for it no longer than a second or two, and what was written stays', async () => {
    const { token } = await first.register();
    const opened = await stalledImport(token);
    const cut = once(opened, 'close');
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).toBeLessThan(SOON);
    await cut;
    expect(await count()).toBe(500);
  });

  it('goes on to its end as long as it sends, and the stop then waits no longer for its connection', async () => {
    const { token } = await first.register();
    const opened = await stalledImport(token);
    let answer = '';
    opened.on('data', (data) => (answer += data.toString()));
    const closed = once(opened, 'close');
    const closing = app.close();
    const rest = `{"title":"${'x'.repeat(100)}"}\n`.padEnd(1_000, ' ');
    for (let sent = 0; sent < rest.length; sent += 100) {
      opened.write(rest.slice(sent, sent + 100));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const sent = performance.now();
    await Promise.all([closing, closed]);
    expect(performance.now() - sent).toBeLessThan(SOON);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"created":502');
    expect(await count()).toBe(502);
  });
});

describe('An answer that is under way as the program is to end', () => {
  it('is sent, and its connection is not kept for another request', async () => {
    const { token } = await first.register();
    const opened = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket = opened;
    let answer = '';
    opened.on('data', (data) => (answer += data.toString()));
    const closed = once(opened, 'close');
    const release = await lockUsers();
    opened.write(`GET /api/profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await untilBlocked(first);
    const closing = app.close();
    const { server } = app.app.getHttpAdapter().getInstance();
    while (server.listening) await new Promise((resolve) => setTimeout(resolve, 5));
    const started = performance.now();
    await release();
    await Promise.all([closing, closed]);
    expect(performance.now() - started).toBeLessThan(SOON);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/^connection: close\r$/im);
  });
});
