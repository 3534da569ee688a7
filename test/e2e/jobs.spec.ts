import { codeOf, fieldsOf, FULL_JOB } from '../support/full-job';
import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

let app: TestApp;
let api: JobApi;
let stranger: JobApi;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
  stranger = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());
afterEach(async () => expect(await brokenInvariants(app)).toEqual({}));

describe('creating a job', () => {
  it('answers 201 with Location, ETag and the job, and writes its first event', async () => {
    const answer = await api.call('POST', '', {
      ...FULL_JOB,
      externalRef: 'full-1',
      workflow: 'posting',
      status: 'open',
    });
    const { id, createdAt, ...job } = answer.body as Record<string, string>;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/jobs/${id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(job).toEqual({
      ...FULL_JOB,
      externalRef: 'full-1',
      ownerId: api.user.user.id,
      workflow: 'posting',
      currentStatus: 'open',
      currentStatusCategory: 'active',
      currentStatusAt: createdAt,
      version: 1,
      updatedAt: createdAt,
      archivedAt: null,
      archiveReason: null,
    });
    expect(await api.read(id ?? '')).toEqual(answer.body);
    expect(await api.history(id ?? '')).toMatchObject([
      { jobId: id, seq: 1, fromStatus: null, status: 'open', category: 'active', note: null, metadata: {} },
    ]);
  });

  it('needs a title alone, and begins with the initial status of the workflow', async () => {
    const job = await api.create({ title: 'T' });
    expect(job).toMatchObject({ title: 'T', workflow: 'application', currentStatus: 'wishlist', tags: [] });
    expect(job).toMatchObject({ company: null, salaryMin: null, deadline: null, attributes: {} });
    for (const [workflow, status] of [
      ['posting', 'draft'],
      ['proposal', 'draft'],
      ['execution', 'pending'],
    ]) {
      expect(await api.create({ workflow })).toMatchObject({ workflow, currentStatus: status });
    }
  });

  it('takes name for title', async () => {
    expect((await api.call('POST', '', { name: 'Named' })).body).toMatchObject({ title: 'Named' });
    expect((await api.call('POST', '', { name: 'Named', title: 'Titled' })).body).toMatchObject({
      title: 'Titled',
    });
  });

  it.each([
    [{}, 'title'],
    [{ title: '' }, 'title'],
    [{ title: '  \n' }, 'title'],
    [{ title: null }, 'title'],
    [{ title: 5 }, 'title'],
    [{ title: ['a'] }, 'title'],
    [{ title: 'a\u0000b' }, 'title'],
    [{ title: 'a\ud800b' }, 'title'],
    [{ title: 'T', unknown: 1 }, 'unknown'],
    [{ title: 'T', id: 'x' }, 'id'],
    [{ title: 'T', ownerId: 'x' }, 'ownerId'],
    [{ title: 'T', version: 7 }, 'version'],
    [{ title: 'T', currentStatus: 'offer' }, 'currentStatus'],
    [{ title: 'T', archivedAt: '2026-01-01' }, 'archivedAt'],
    [{ title: 'T', workflow: 'nothing' }, 'workflow'],
    [{ title: 'T', status: 'nothing' }, 'status'],
    [{ title: 'T', status: 'running' }, 'status'],
    [{ title: 'T', workflow: 'posting', status: 'applied' }, 'status'],
    [{ title: 'T', url: 'ftp://example.com' }, 'url'],
    [{ title: 'T', url: 'javascript:alert(1)' }, 'url'],
    [{ title: 'T', salaryMin: -1 }, 'salaryMin'],
    [{ title: 'T', salaryMin: '1' }, 'salaryMin'],
    [{ title: 'T', salaryMin: 1.234 }, 'salaryMin'],
    [{ title: 'T', salaryMin: 2, salaryMax: 1 }, 'salaryMax'],
    [{ title: 'T', salaryCurrency: 'eur' }, 'salaryCurrency'],
    [{ title: 'T', deadline: '2026-02-29' }, 'deadline'],
    [{ title: 'T', deadline: '2026-01-01T00:00:00Z' }, 'deadline'],
    [{ title: 'T', tags: 'remote' }, 'tags'],
    [{ title: 'T', tags: [''] }, 'tags'],
    [{ title: 'T', tags: [null] }, 'tags'],
    [{ title: 'T', tags: { length: 0 } }, 'tags'],
    [{ title: 'T', attributes: [] }, 'attributes'],
    [{ title: 'T', attributes: 'x' }, 'attributes'],
    [{ title: 'T', attributes: { a: 'x\u0000' } }, 'attributes'],
    [{ title: 'T', attributes: { 'a\udfff': 1 } }, 'attributes'],
  ])('refuses %j', async (body, field) => {
    const answer = await api.call('POST', '', body);
    expect(codeOf(answer)).toEqual([400, 'validation_failed']);
    expect(fieldsOf(answer)).toContain(field);
  });

  it.each(['null', '[]', '[{"title":"T"}]', '"T"', '7', 'true'])(
    'refuses a body that is no object: %s',
    async (body) => {
      expect(codeOf(await api.call('POST', '', body))[0]).toBe(400);
    },
  );

  it('refuses an externalRef that the owner has already, also of many at once; others may have it', async () => {
    await api.create({ externalRef: 'taken' });
    expect(codeOf(await api.call('POST', '', { title: 'T', externalRef: 'taken' }))).toEqual([
      409,
      'already_exists',
    ]);
    await stranger.create({ externalRef: 'taken' });
    const burst = await Promise.all(
      Array.from({ length: 12 }, () => api.call('POST', '', { title: 'T', externalRef: 'burst' })),
    );
    expect(burst.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(11).fill(409)]);
    await Promise.all([api.create({ externalRef: null }), api.create({ externalRef: '' })]);
  });
});

describe('another one’s job', () => {
  it('is answered as one that does not exist, and stays as it was', async () => {
    const theirs = await stranger.create();
    const nobodys = '0197f3c2-7d1e-7c52-8a51-9b1f5b0d3c11';
    const calls: [string, string, unknown?][] = [
      ['GET', ''],
      ['PATCH', '', { title: 'Mine' }],
      ['PUT', '', { title: 'Mine' }],
      ['DELETE', ''],
      ['POST', '/archive', {}],
      ['POST', '/restore'],
      ['GET', '/status-events'],
      ['GET', '/statuses'],
      ['POST', '/status-events', { status: 'offer' }],
    ];
    for (const [method, path, body] of calls) {
      const [of, none] = [
        await api.call(method, `/${theirs.id}${path}`, body),
        await api.call(method, `/${nobodys}${path}`, body),
      ];
      const plain = ({ body: problem }: TestResponse) => ({
        ...(problem as Record<string, unknown>),
        instance: '',
        requestId: '',
      });
      expect([of.status, plain(of)]).toEqual([404, plain(none)]);
    }
    const bulk = await api.call('POST', '/bulk/status', { ids: [theirs.id, nobodys], status: 'offer' });
    expect(bulk.body).toEqual({
      updated: 0,
      results: [theirs.id, nobodys].map((id) => ({ id, outcome: 'failed', code: 'not_found' })),
    });
    expect(await stranger.read(theirs.id)).toEqual(theirs);
  });

  it.each(['x', '0197f3c2', 'null', '%00', '..%2f', '1'.repeat(150)])(
    'an id that is none is refused: %s',
    async (id) => {
      expect(codeOf(await api.get(`/${id}`))).toEqual([400, 'validation_failed']);
    },
  );
});
