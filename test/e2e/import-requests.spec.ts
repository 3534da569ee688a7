import { request as httpRequest } from 'node:http';
import { Database } from '../../src/platform/database';
import { counts, ImportApi } from '../support/import-api';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
let api: ImportApi;

beforeAll(async () => {
  app = await startTestApp({ MAX_IMPORT_BYTES: String(2 * 1024 * 1024) });
});
afterAll(() => app.close());
beforeEach(async () => {
  api = await ImportApi.ofNewUser(app);
});

describe('import requests', () => {
  it.each([
    ['application/json', '{"title":"x"}', {}],
    ['text/plain', '{"title":"x"}', {}],
    ['text/csv; charset=iso-8859-1', 'title\nx\n', {}],
    ['application/x-ndjson', 'x', { 'content-encoding': 'gzip' }],
  ])('refuses %s', async (type, body, headers) => {
    expect(await api.load(body, { type, headers })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });

  it('refuses a column that is unknown or comes twice, and writes nothing', async () => {
    for (const [header, named] of [
      ['title,colour', 'colour'],
      ['title,company,company', 'company'],
    ]) {
      const answer = await api.load(`${header}\na,b,c\n`, { type: 'text/csv' });
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      expect(answer.body.detail).toContain(named);
    }
    expect((await api.get('')).pagination.totalItems).toBe(0);
  });

  it('refuses an unknown onConflict, and needs a token', async () => {
    expect(await api.load('', { query: '?onConflict=maybe' })).toMatchObject({ status: 400 });
    expect(await api.load('', { as: { ...api.user, token: 'x' } })).toMatchObject({ status: 401 });
  });

  it('takes an empty file of NDJSON', async () => {
    expect(counts(await api.load('\n\n'))).toEqual([0, 0, 0, 0]);
  });

  it('refuses a body that says it is too large before it reads it', async () => {
    const answer = await api.load('x'.repeat(2 * 1024 * 1024 + 1));
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('stops a body that turns out too large, keeps what is written and tells how far it came', async () => {
    const line = `${JSON.stringify({ title: 'x', notes: 'y'.repeat(5000) })}\n`;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let count = 0; count < 500; count++) controller.enqueue(Buffer.from(line));
        controller.close();
      },
    });
    const answer = await api.load(body);
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    const [{ jobs } = { jobs: -1 }] = await app.query<{ jobs: number }>(
      'SELECT count(*)::int AS jobs FROM jobs WHERE owner_id = $1',
      [api.user.user.id],
    );
    expect(answer.body.report).toEqual({ created: jobs, updated: 0, skipped: 0, failed: 0, errors: [] });
    expect(jobs).toBeGreaterThan(0);
  });

  it('keeps what is written when the client leaves, and holds no connection', async () => {
    const request = httpRequest(`${app.url}/api/jobs/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.user.token}`, 'content-type': 'application/x-ndjson' },
    });
    const closed = new Promise((resolve) => request.once('close', resolve));
    request.on('error', () => undefined);
    request.write('{"title":"x"}\n'.repeat(1200));
    await until(async () => (await api.get('?count=exact')).pagination.totalItems === 1000);
    request.destroy();
    await closed;
    await until(() => Promise.resolve(pool().totalCount === pool().idleCount));
    expect((await api.get('?count=exact')).pagination.totalItems).toBe(1000);
  });
});

const pool = (): Database['pool'] => app.app.get(Database).pool;

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It did not come to hold within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
