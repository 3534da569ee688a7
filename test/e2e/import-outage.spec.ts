import { Client } from 'pg';
import { Database } from '../../src/platform/database';
import { untilBlocked } from '../support/blocked';
import { until } from '../support/caching-app';
import { JobApi } from '../support/job-api';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp, type TestResponse } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

/** Lines of a batch, and of the file. */
const BATCH = 500;
const LINES = 4 * BATCH;

const NDJSON = { 'content-type': 'application/x-ndjson' };

let app: TestApp;
let behind: TestApp;
let proxy: TcpProxy;
let api: JobApi;

beforeAll(async () => {
  app = await startTestApp();
  proxy = await startTcpProxy(app.databaseUrl);
  behind = await startTestApp(
    { DB_CONNECTION_TIMEOUT: '3000' },
    { databaseUrl: proxy.urlFor(app.databaseUrl) },
  );
});

beforeEach(async () => {
  api = await JobApi.ofNewUser(app);
});

afterEach(() => proxy.restore().catch(() => undefined));

afterAll(async () => {
  await behind.close();
  await proxy.close();
  await app.close();
});

const line = (index: number): string =>
  `${JSON.stringify({
    externalRef: `ref-${index}`,
    title: `Job ${index}`,
    statusEvents: [
      { status: 'applied', occurredAt: '2026-01-10T08:00:00.000Z' },
      { status: 'interview', occurredAt: '2026-01-12T08:00:00.000Z' },
    ],
  })}\n`;

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => line(from + index)).join('');

/** A body that is sent as it is told to. */
const openBody = () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  // The program may answer, and close, before it has read everything.
  const send = (text: string): void => void writer.write(Buffer.from(text)).catch(() => undefined);
  const end = (): void => void writer.close().catch(() => undefined);
  return { readable, send, end };
};

const begin = (body: ReadableStream, mode: string): Promise<TestResponse> =>
  behind.request('POST', `/api/jobs/import?onConflict=${mode}`, {
    token: api.user.token,
    body,
    headers: NDJSON,
  });

const importAll = async (mode: string): Promise<Record<string, number>> => {
  const path = `/api/jobs/import?onConflict=${mode}`;
  const answer = await app.request('POST', path, {
    token: api.user.token,
    body: lines(0, LINES),
    headers: NDJSON,
  });
  expect(answer.status).toBe(200);
  return answer.body as Record<string, number>;
};

const written = async (): Promise<{ jobs: number; events: number }> => {
  const [row] = await app.query<{ jobs: number; events: number }>(
    `SELECT count(*)::int AS jobs, coalesce(sum(last_seq), 0)::int AS events FROM jobs WHERE owner_id = $1`,
    [api.user.user.id],
  );
  return row ?? { jobs: -1, events: -1 };
};

/** Until so many jobs are written, and the program has been told so. */
const untilWritten = async (jobs: number): Promise<void> => {
  const { pool } = behind.app.get(Database);
  await until(async () => (await written()).jobs >= jobs && pool.idleCount === pool.totalCount, 'the jobs');
};

/** What is broken; a job that is imported with its history begins with version 1, however long that is. */
const broken = async (): Promise<Record<string, unknown>> => {
  const { 'a version counts at least the events': _version, ...invariants } = await brokenInvariants(app);
  return invariants;
};

const expectUnavailable = ({ status, headers, body, text }: TestResponse): void => {
  expect([status, (body as { code: string }).code]).toEqual([503, 'unavailable']);
  expect(headers.get('retry-after')).toBe('1');
  expect(text).not.toMatch(/ECONN|terminat|127\.0\.0\.1/i);
};

describe.each(['error', 'skip', 'update'])(
  'When the database goes away in mid-import, onConflict=%s',
  (mode) => {
    it('between two batches, the answer is 503 and tells exactly what is written; the rest can be sent again', async () => {
      const { readable, send, end } = openBody();
      const answered = begin(readable, mode);
      // The line after a batch has it written.
      send(lines(0, BATCH + 1));
      await untilWritten(BATCH);
      await proxy.cut();
      send(lines(BATCH + 1, LINES));
      end();
      const answer = await answered;
      expectUnavailable(answer);
      expect(answer.body).toMatchObject({
        report: { created: BATCH, updated: 0, skipped: 0, failed: 0, errors: [] },
      });
      expect(await written()).toEqual({ jobs: BATCH, events: 2 * BATCH });
      expect(await broken()).toEqual({});

      expect(await importAll('skip')).toMatchObject({ created: LINES - BATCH, skipped: BATCH, failed: 0 });
      expect(await written()).toEqual({ jobs: LINES, events: 2 * LINES });
    });

    it('while batches are being written, none of them is told of, and each is there in whole or not at all', async () => {
      const { readable, send, end } = openBody();
      const holder = new Client({ connectionString: app.databaseUrl });
      holder.on('error', () => undefined);
      await holder.connect();
      const answered = begin(readable, mode);
      send(lines(0, BATCH + 1));
      await untilWritten(BATCH);
      await holder.query('BEGIN; LOCK TABLE jobs IN SHARE MODE');
      send(lines(BATCH + 1, LINES));
      end();
      await untilBlocked(app, 2);
      await proxy.cut();
      const answer = await answered;
      await holder.end();
      expectUnavailable(answer);
      expect(answer.body).toMatchObject({
        report: { created: BATCH, updated: 0, skipped: 0, failed: 0, errors: [] },
      });

      // Postgres may finish a statement whose sender is gone: the answer is lost, the batch is not.
      const { created, skipped } = await importAll('skip');
      expect([(created ?? 0) % BATCH, (created ?? 0) + (skipped ?? 0)]).toEqual([0, LINES]);
      expect(await written()).toEqual({ jobs: LINES, events: 2 * LINES });
      expect(await broken()).toEqual({});
    });
  },
);
