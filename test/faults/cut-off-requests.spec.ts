import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '../support/eventually';
import { ObservedDatabase } from '../support/faults/observed-database';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import type { TestUser } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';
import { Client } from 'pg';

/** Lines of one batch of an import. */
const BATCH = 500;

/** How often it is looked that something does not come, at a few milliseconds each. */
const LOOKS = 200;

let built: BuiltProgram;
let database: ObservedDatabase;
let program: ServedProgram;
let user: TestUser;
let jobId: string;

beforeAll(async () => {
  built = new BuiltProgram();
  database = await ObservedDatabase.make();
  program = await ServedProgram.start(built, { DATABASE_URL: database.url, LOG_LEVEL: 'warn' });
});

beforeEach(async () => {
  user = await program.register();
  jobId = await program.createJob(user);
});

afterEach(async () => {
  // No cut leaves a transaction open, and none of them counts as a failure of the program.
  await database.untilOpen(0);
  expect(program.errors()).toEqual([]);
  expect((await program.request('GET', '/api/jobs', { token: user.token })).status).toBe(200);
});

afterAll(async () => {
  await built.remove();
  await database.remove();
});

/** Sends a head that announces so many bytes, and what there is of them. */
const send = async (
  path: string,
  body: string,
  announced: number,
  headers: Record<string, string> = {},
): Promise<Socket> => {
  const socket = connect(Number(new URL(program.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const all = { 'Content-Type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\n${lines.join('')}` +
      `Content-Length: ${announced}\r\n\r\n${body}`,
  );
  return socket;
};

const count = async (table: string, where: string, value: string): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} WHERE ${where} = $1`,
    [value],
  );
  return row?.count ?? -1;
};

const countJobs = (): Promise<number> => count('jobs', 'owner_id', user.user.id);

describe('A request that is cut off', () => {
  it('in its JSON body writes nothing, and its Idempotency-Key is free', async () => {
    const key = randomUUID();
    const socket = await send('/api/jobs', '{"title":"Half', 40, { 'Idempotency-Key': key });
    await eventually(
      () => socket.bytesWritten > 0 && socket.writableLength === 0,
      (sent) => sent,
    );
    socket.resetAndDestroy();
    const headers = { 'idempotency-key': key };
    const again = await program.request('POST', '/api/jobs', {
      token: user.token,
      headers,
      body: { title: 'Whole' },
    });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(await countJobs()).toBe(2);
  });

  it('before its answer is written once, whether its client asks again or not', async () => {
    const [path, note] = [`/api/jobs/${jobId}/status-events`, randomUUID()];
    const body = JSON.stringify({ status: 'applied', note });
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [jobId]);
    const socket = await send(path, body, body.length, { 'Idempotency-Key': note });
    await database.untilOpen(1);
    socket.resetAndDestroy();
    await holder.end();
    await eventually(
      () => count('job_status_events', 'note', note),
      (events) => events === 1,
    );
    const headers = { 'idempotency-key': note };
    const again = await program.request('POST', path, { token: user.token, headers, body });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await count('job_status_events', 'note', note)).toBe(1);
  });

  it('in an import leaves whole batches alone, each job with its trail', async () => {
    const lines = Array.from(
      { length: 3 * BATCH + 10 },
      (_, n) => `${JSON.stringify({ title: `Job ${n}`, externalRef: `ref-${n}`, status: 'applied' })}\n`,
    );
    const body = lines.join('');
    const type = { 'Content-Type': 'application/x-ndjson' };
    const socket = await send('/api/jobs/import', body.slice(0, -5), body.length, type);
    await eventually(countJobs, (jobs) => jobs >= 2 * BATCH);
    socket.resetAndDestroy();
    await database.untilOpen(0);
    // Also a moment later: what was read of the next batch is not written.
    for (let look = 0; look < LOOKS; look++) expect((await countJobs()) % BATCH).toBe(1);
    const { 'a version counts at least the events': _version, ...broken } = await brokenInvariants(database);
    expect(broken).toEqual({});
    const again = await program.request('POST', '/api/jobs/import?onConflict=skip', {
      token: user.token,
      body,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(again.status).toBe(200);
    expect(await countJobs()).toBe(1 + lines.length);
  });
});
