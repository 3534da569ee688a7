import { codeOf, fieldsOf, FULL_JOB } from '../support/full-job';
import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

let app: TestApp;
let api: JobApi;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());
afterEach(async () => expect(await brokenInvariants(app)).toEqual({}));

describe('changing a job', () => {
  it('by PATCH or PUT changes what is given and leaves the rest', async () => {
    for (const method of ['PATCH', 'PUT']) {
      const before = await api.create(FULL_JOB);
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
    const { id } = await api.create({ ...FULL_JOB, externalRef: 'to be cleared' });
    const { title: _title, ...optional } = FULL_JOB;
    const nulls = Object.fromEntries([...Object.keys(optional), 'externalRef'].map((name) => [name, null]));
    const answer = await api.patch(id, nulls);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      ...nulls,
      tags: [],
      attributes: {},
      title: FULL_JOB.title,
      version: 2,
    });
    expect(fieldsOf(await api.patch(id, { title: null }))).toEqual(['title']);
    expect(fieldsOf(await api.patch(id, { status: null }))).toEqual(['status']);
  });

  it('to what it is already is no change', async () => {
    const before = await api.create({ ...FULL_JOB, externalRef: 'same' });
    const reordered = Object.fromEntries(Object.entries(FULL_JOB.attributes).reverse());
    for (const body of [
      {},
      { ...FULL_JOB, externalRef: 'same' },
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
      const { id } = await api.create({ ...FULL_JOB, [field]: field === 'tags' ? ['before'] : 'before' });
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
