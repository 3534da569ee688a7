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

const FULL = {
  title: 'Programmer',
  company: 'Analytical Engines Ltd',
  location: 'London, United Kingdom',
  city: 'London',
  state: 'England',
  jobType: 'full-time',
  industry: 'Computing',
  source: 'Referral',
  url: 'https://example.com/jobs/1?a=b#c',
  description: 'Programs.\n"Quoted" \\ and \t controlled \u0001',
  notes: 'Ask Charles.',
  salaryMin: 90_000.5,
  salaryMax: 120_000,
  salaryCurrency: 'GBP',
  deadline: '2026-01-31',
  tags: ['remote', 'Mathematics', 'remote'],
  attributes: { processors: 128, nested: { list: [1, 'two', null, true] }, 'é 🦀': '' },
};
const codeOf = ({ status, body }: TestResponse): unknown[] => [status, (body as { code?: string }).code];
const fieldsOf = ({ body }: TestResponse): unknown[] => [
  ...new Set((body as { errors: { field: string }[] }).errors.map(({ field }) => field)),
];

describe('creating a job', () => {
  it('answers 201 with Location, ETag and the job, and writes its first event', async () => {
    const answer = await api.call('POST', '', {
      ...FULL,
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
      ...FULL,
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

describe('changing a job', () => {
  it('by PATCH or PUT changes what is given and leaves the rest', async () => {
    for (const method of ['PATCH', 'PUT']) {
      const before = await api.create(FULL);
      const answer = await api.call(method, `/${before.id}`, { title: 'Changed', city: 'Paris' });
      const after = {
        ...before,
        title: 'Changed',
        city: 'Paris',
        version: 2,
        updatedAt: answer.body.updatedAt,
      };
      expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([200, '"2"', after]);
      expect(await api.read(before.id)).toEqual(after);
      expect(await api.history(before.id)).toHaveLength(1);
    }
  });

  it('clears every optional field by null, and the title by nothing', async () => {
    const { id } = await api.create({ ...FULL, externalRef: 'to be cleared' });
    const { title: _title, ...optional } = FULL;
    const nulls = Object.fromEntries([...Object.keys(optional), 'externalRef'].map((name) => [name, null]));
    const answer = await api.patch(id, nulls);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...nulls, tags: [], attributes: {}, title: FULL.title, version: 2 });
    expect(fieldsOf(await api.patch(id, { title: null }))).toEqual(['title']);
    expect(fieldsOf(await api.patch(id, { status: null }))).toEqual(['status']);
  });

  it('to what it is already is no change', async () => {
    const before = await api.create({ ...FULL, externalRef: 'same' });
    const reordered = Object.fromEntries(Object.entries(FULL.attributes).reverse());
    for (const body of [
      {},
      { ...FULL, externalRef: 'same' },
      { attributes: reordered, status: 'wishlist' },
    ]) {
      const answer = await api.patch(before.id, body);
      expect([answer.status, answer.body]).toEqual([200, before]);
    }
    expect(await api.history(before.id)).toHaveLength(1);
  });

  it.each(['title', 'company', 'location', 'city', 'state', 'jobType', 'industry', 'source', 'tags'])(
    'lets it be found by its new %s at once, and no more by the old one',
    async (field) => {
      const { id } = await api.create({ ...FULL, [field]: field === 'tags' ? ['before'] : 'before' });
      await api.patch(id, { [field]: field === 'tags' ? ['after'] : 'after' });
      const found = async (value: string) =>
        ((await api.get(`?${field === 'title' ? 'q' : field}=${value}`)).body as { data: unknown[] }).data
          .length;
      expect([await found('after'), await found('before')]).toEqual([1, 0]);
      await api.call('DELETE', `/${id}`);
    },
  );

  it('to another status appends an event, as one change with the rest', async () => {
    const { id } = await api.create();
    const answer = await api.patch(id, { status: 'applied', notes: 'Sent.' });
    expect(answer.body).toMatchObject({ currentStatus: 'applied', notes: 'Sent.', version: 2 });
    expect(await api.history(id)).toMatchObject([
      { seq: 2, status: 'applied', fromStatus: 'wishlist' },
      { seq: 1 },
    ]);
  });

  it('to a status that is not allowed changes nothing at all', async () => {
    const before = await api.create({ workflow: 'proposal' });
    const refused = await api.patch(before.id, { status: 'accepted', notes: 'No' });
    expect(codeOf(refused)).toEqual([409, 'transition_not_allowed']);
    expect(refused.body.allowed).toEqual(['submitted', 'withdrawn']);
    expect(codeOf(await api.patch(before.id, { status: 'applied', notes: 'No' }))).toEqual([
      400,
      'validation_failed',
    ]);
    expect(await api.read(before.id)).toEqual(before);
  });

  it('keeps the salary range the right way up, also by halves', async () => {
    const { id } = await api.create({ salaryMin: 10, salaryMax: 20 });
    for (const body of [{ salaryMin: 21 }, { salaryMax: 9 }, { salaryMin: 3, salaryMax: 2 }]) {
      expect(codeOf(await api.patch(id, body))).toEqual([400, 'validation_failed']);
    }
    expect((await api.patch(id, { salaryMin: 20 })).status).toBe(200);
    expect((await api.patch(id, { salaryMin: 50, salaryMax: null })).status).toBe(200);
  });

  it('to an externalRef that is taken is refused, also of two at once', async () => {
    const [one, two, three] = [
      await api.create({ externalRef: 'r1' }),
      await api.create(),
      await api.create(),
    ];
    const taken = await api.patch(two.id, { externalRef: 'r1', status: 'applied' });
    expect(codeOf(taken)).toEqual([409, 'already_exists']);
    expect(await api.read(two.id)).toEqual(two);
    const race = await Promise.all([two, three].map(({ id }) => api.patch(id, { externalRef: 'r2' })));
    expect(race.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await api.patch(one.id, { externalRef: 'r1' })).status).toBe(200);
  });

  it.each([
    { workflow: 'posting' },
    { name: 'x' },
    { version: 3 },
    { ownerId: 'x' },
    { createdAt: '2026-01-01' },
  ])('refuses what cannot be changed: %j', async (body) => {
    const { id } = await api.create();
    expect(codeOf(await api.patch(id, body))).toEqual([400, 'validation_failed']);
  });
});

describe('If-Match', () => {
  it.each(['"2"', 'W/"2"', '"2-br"', 'W/"2-gzip"', '"1", "2"', '"x",W/"2-br" , "9"', '*', ' "2" '])(
    'of the version lets the change through: %s',
    async (header) => {
      const { id } = await api.create();
      await api.patch(id, { notes: 'second version' });
      expect((await api.patch(id, { notes: 'third' }, { 'if-match': header })).status).toBe(200);
    },
  );

  it.each(['"1"', 'W/"1-br"', '"22"', '"2x"', '2', '', '"-2"', '"", "1"'])(
    'of another version, or of none, stops every change: %j',
    async (header) => {
      const { id } = await api.create();
      const now = (await api.patch(id, { notes: 'second version' })).body;
      const headers = { 'if-match': header };
      for (const answer of [
        await api.patch(id, { notes: 'lost' }, headers),
        await api.call('PUT', `/${id}`, { status: 'offer' }, headers),
        await api.call('POST', `/${id}/archive`, {}, headers),
        await api.call('POST', `/${id}/restore`, undefined, headers),
        await api.call('DELETE', `/${id}`, undefined, headers),
      ]) {
        expect(codeOf(answer)).toEqual([412, 'version_conflict']);
        expect([answer.body.currentVersion, answer.headers.get('etag')]).toEqual([2, '"2"']);
      }
      expect(await api.read(id)).toEqual(now);
    },
  );
});

describe('archive, restore and delete', () => {
  it('can be repeated without another change', async () => {
    const { id } = await api.create();
    const archived = await api.call('POST', `/${id}/archive`, { reason: 'Filled' });
    expect(archived.body).toMatchObject({ archiveReason: 'Filled', version: 2 });
    expect(archived.body.archivedAt).toBe(archived.body.updatedAt);
    expect((await api.call('POST', `/${id}/archive`, { reason: 'Other' })).body).toEqual(archived.body);
    const restored = await api.call('POST', `/${id}/restore`);
    expect(restored.body).toMatchObject({ archivedAt: null, archiveReason: null, version: 3 });
    expect((await api.call('POST', `/${id}/restore`)).body).toEqual(restored.body);
    expect((await api.call('POST', `/${id}/archive`)).body).toMatchObject({
      archiveReason: null,
      version: 4,
    });
    expect(await api.history(id)).toHaveLength(1);
  });

  it('leave nothing after a deletion', async () => {
    const { id } = await api.create();
    const answer = await api.call('DELETE', `/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await api.get(`/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', `/${id}`)).status).toBe(404);
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
