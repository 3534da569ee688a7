import { randomUUID } from 'node:crypto';
import {
  addThreeJobs,
  askForExport,
  countOf,
  exportsOf,
  fileOf,
  postExport,
  standingOf,
  workFor,
  writeExport,
} from '../support/background-exports';
import { until } from '../support/download';
import { expectProblem } from '../support/expect-problem';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

const NOBODY = '0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10';

let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await app.register();
});

const post = (body: unknown, as = user, headers: Record<string, string> = {}) =>
  postExport(app, as, body, headers);

describe('An export in the background', () => {
  it.each([
    [{ format: 'csv', filters: {} }, '?format=csv'],
    [{ format: 'ndjson', filters: { company: 'x', sort: '-title' } }, '?company=x&sort=-title'],
    [
      { format: 'ndjson', filters: { status: ['active', 'wishlist'] }, events: true },
      '?status=active,wishlist&events=true',
    ],
    [{ format: 'ndjson', filters: { company: 'nobody' } }, '?company=nobody'],
  ])('of %j is the file that GET /api/jobs/export%s gives', async (body, query) => {
    await addThreeJobs(app, user);
    const atOnce = await app.request('GET', `/api/jobs/export${query}`, { token: user.token });
    const asked = await post(body);
    const { id } = asked.body as { id: string };
    expect(asked.body).toEqual({
      id,
      state: 'queued',
      rows: 0,
      totalRows: null,
      downloadUrl: null,
      expiresAt: expect.any(String) as string,
    });
    expect([asked.status, asked.headers.get('location')]).toEqual([202, `/api/exports/${id}`]);
    expect((await standingOf(app, user, id)).body).toEqual(asked.body);
    expectProblem(await fileOf(app, user, id), 404, 'not_found');

    await writeExport(app, id);
    const rows = await countOf(app, 'jobs', `owner_id = $1 AND (company_key = 'x' OR $2)`, [
      user.user.id,
      !query.includes('company'),
    ]);
    const expected = query.includes('nobody') ? 0 : rows;
    const done = await standingOf(app, user, id);
    expect(done.body).toMatchObject({
      state: 'done',
      rows: expected,
      totalRows: expected,
      downloadUrl: `/api/exports/${id}/file`,
    });
    expect(done.headers.get('cache-control')).toBe('no-store');
    for (const encoding of ['gzip', 'br', 'identity']) {
      const file = await fileOf(app, user, id, { 'accept-encoding': encoding });
      expect([file.status, file.text]).toEqual([200, atOnce.text]);
      expect(file.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
      for (const name of ['content-type', 'content-disposition', 'cache-control'])
        expect([name, file.headers.get(name)]).toEqual([name, atOnce.headers.get(name)]);
    }
  });

  it('tells the head of its file without the file', async () => {
    await addThreeJobs(app, user);
    const id = await askForExport(app, user);
    await writeExport(app, id);
    const head = await app.request('HEAD', `/api/exports/${id}/file`, { token: user.token });
    expect([head.status, head.text, head.headers.get('content-encoding')]).toEqual([200, '', 'gzip']);
    expect(head.headers.get('content-disposition')).toMatch(
      /^attachment; filename="jobtrail-jobs-.*\.ndjson"$/,
    );
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
  });

  it('is written by a worker without anybody asking for it again', async () => {
    const worker = await startTestApp(
      { WORKER_ENABLED: 'true', WORKER_POLL_INTERVAL: '1' },
      { databaseUrl: app.databaseUrl },
    );
    try {
      await addThreeJobs(app, user);
      const [own, others] = [await askForExport(worker, user), await askForExport(app, user)];
      for (const id of [own, others])
        await until(async () => (await standingOf(app, user, id)).body.state === 'done');
      expect((await fileOf(app, user, own)).text).toBe((await fileOf(app, user, others)).text);
    } finally {
      await worker.close();
    }
  });

  it('is asked for under an Idempotency-Key once', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { format: 'csv', filters: { company: 'x' } };
    const [first, again] = [await post(body, user, key), await post(body, user, key)];
    expect([again.status, again.text, again.headers.get('location')]).toEqual([
      202,
      first.text,
      first.headers.get('location'),
    ]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([await exportsOf(app, user), await workFor(app, String(first.body.id))]).toEqual([1, 1]);
  });

  it('is nobody else’s: not an admin’s either', async () => {
    const id = await askForExport(app, user);
    await writeExport(app, id);
    for (const other of [await app.register(), await app.registerAdmin()]) {
      expectProblem(await standingOf(app, other, id), 404, 'not_found');
      expectProblem(await fileOf(app, other, id), 404, 'not_found');
    }
    expectProblem(await standingOf(app, user, NOBODY), 404, 'not_found');
  });
});
