import { JobInserter } from '../../src/jobs';
import { Database } from '../../src/platform/database';
import { JobApi, type AnsweredJob } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

let app: TestApp;
let api: JobApi;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());
afterEach(async () => expect(await brokenInvariants(app)).toEqual({}));

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const statuses = (answers: TestResponse[]): number[] => answers.map(({ status }) => status).sort();
const repeat = (count: number, status: number): number[] => Array.from({ length: count }, () => status);
const uuid = (index: number): string => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;

describe('concurrent changes of one job', () => {
  it('are all recorded, each under its own seq and version', async () => {
    const { id } = await api.create();
    const answers = await times(50, (index) => api.append(id, { status: 'interview', note: `n${index}` }));
    expect(statuses(answers)).toEqual(repeat(50, 201));
    const made = answers.map(({ body }) => body as { event: { seq: number }; job: AnsweredJob });
    const expected = Array.from({ length: 50 }, (_, index) => index + 2);
    const ascending = (numbers: number[]) => numbers.sort((a, b) => a - b);
    expect(ascending(made.map(({ event }) => event.seq))).toEqual(expected);
    expect(ascending(made.map(({ job }) => job.version))).toEqual(expected);
    expect((await api.history(id)).map(({ seq }) => seq)).toEqual([...expected.reverse(), 1]);
  });

  it('let one of many PATCHes with the same If-Match win', async () => {
    const { id } = await api.create();
    const answers = await times(20, (index) => api.patch(id, { notes: `n${index}` }, { 'if-match': '"1"' }));
    expect(statuses(answers)).toEqual([200, ...repeat(19, 412)]);
    const lost = answers.find(({ status }) => status === 412);
    expect(lost?.body).toMatchObject({ code: 'version_conflict', currentVersion: 2 });
    expect(await api.read(id)).toMatchObject({ version: 2 });
  });

  it('take each step of a strict workflow once', async () => {
    const { id } = await api.create({ workflow: 'execution' });
    const answers = await times(10, () => api.append(id, { status: 'running' }));
    expect(statuses(answers)).toEqual([201, ...repeat(9, 409)]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({
      code: 'transition_not_allowed',
      allowed: ['completed', 'failed', 'cancelled'],
    });
  });

  it('are accepted or find nothing while the job is deleted, and leave nothing behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await api.create();
      const appends = times(10, () => api.append(id, { status: 'applied' }));
      const deletions = times(2, () => api.call('DELETE', `/${id}`));
      expect((await appends).filter(({ status }) => status !== 201 && status !== 404)).toEqual([]);
      expect(statuses(await deletions)).toEqual([204, 404]);
      expect(await app.query('SELECT FROM job_status_events WHERE job_id = $1', [id])).toEqual([]);
    }
  });
});

describe('a backdated event', () => {
  it('is told of although the job is deleted before the answer', async () => {
    const { id } = await api.create();
    const database = app.app.get(Database);
    const read = database.read.bind(database);
    const spy = jest.spyOn(database, 'read').mockImplementation(async (statement, values) => {
      if (statement.name?.startsWith('jobs.one_event:') === true)
        await app.query('DELETE FROM jobs WHERE id = $1', [id]);
      return read(statement, values);
    });
    try {
      const occurredAt = '2020-01-01T00:00:00.000Z';
      const { status, body } = await api.append(id, { status: 'applied', occurredAt });
      expect([status, body.event]).toEqual([
        201,
        expect.objectContaining({ seq: 2, status: 'applied', occurredAt, fromStatus: null }),
      ]);
    } finally {
      spy.mockRestore();
    }
    expect((await api.get(`/${id}`)).status).toBe(404);
  });
});

describe('bulk changes that overlap', () => {
  it('wait for each other whatever the order of their ids', async () => {
    const jobs = await times(40, () => api.create());
    const ids = jobs.map(({ id }) => id);
    const answers = await times(12, (index) => {
      const order = index % 2 === 0 ? ids : [...ids].reverse();
      if (index % 3 === 0) return api.call('POST', '/bulk/archive', { ids: order });
      if (index % 3 === 1) return api.call('POST', '/bulk/status', { ids: order, status: 'applied' });
      return api.call('POST', '/bulk/deadline', { ids: order, deadline: `2026-03-${10 + index}` });
    });
    expect(statuses(answers)).toEqual(repeat(12, 200));
    const updated = answers.map(({ body }) => (body as { updated: number }).updated);
    expect(updated.filter((_, index) => index % 3 === 0).sort()).toEqual([0, 0, 0, 40]);
    expect(updated.filter((_, index) => index % 3 !== 0)).toEqual(repeat(8, 40));
    // 4 appends, 4 deadlines and 1 archiving each.
    for (const id of ids) expect(await api.read(id)).toMatchObject({ version: 10 });
  });
});

describe('events at the same time', () => {
  it('follow each other as they were recorded, the last one the newest', async () => {
    const { id: userId } = api.user.user;
    const at = '2020-01-01T00:00:00.000Z';
    const events = [{ status: 'wishlist', occurredAt: at }];
    const fields = { title: 'Imported' };
    const { id } = await app.app
      .get(JobInserter)
      .insert(userId, userId, { workflow: 'application', fields, events });
    for (const status of ['applied', 'offer', 'interview']) {
      const { body } = await api.append(id, { status, occurredAt: at });
      expect(body.job).toMatchObject({ currentStatus: status, currentStatusAt: at });
    }
    expect((await api.history(id)).map(({ seq, fromStatus }) => [seq, fromStatus])).toEqual([
      [4, 'offer'],
      [3, 'applied'],
      [2, 'wishlist'],
      [1, null],
    ]);
  });
});

describe('an event without a time', () => {
  it('becomes the newest although the clock has gone backwards', async () => {
    const { id } = await api.create();
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    await app.query(
      `WITH e AS (
         INSERT INTO job_status_events SELECT job_id, 2, gen_random_uuid(), 'offer', 'active', NULL, '{}', $2, $2, actor_id
         FROM job_status_events WHERE job_id = $1
       )
       UPDATE jobs SET current_status = 'offer', current_status_category = 'active', current_status_at = $2,
                       last_seq = 2, version = 2 WHERE id = $1`,
      [id, ahead],
    );
    expect((await api.append(id, { status: 'accepted' })).body).toMatchObject({
      event: { seq: 3, occurredAt: ahead, fromStatus: 'offer' },
      job: { currentStatus: 'accepted', currentStatusAt: ahead },
    });
    expect((await api.patch(id, { status: 'declined' })).body).toMatchObject({ currentStatus: 'declined' });
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await api.append(id, { status: 'ghosted', occurredAt: soon })).body).toMatchObject({
      event: { occurredAt: ahead },
      job: { currentStatus: 'ghosted' },
    });
    expect((await api.history(id)).map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1]);
    // The clock of the recording is the real one: put the simulated future back into order.
    await api.call('DELETE', `/${id}`);
  });
});

describe('an Idempotency-Key', () => {
  const append = (id: string, key: string, body: object = { status: 'applied' }) =>
    api.append(id, body as Record<string, unknown>, { 'idempotency-key': key });
  const replayed = ({ headers }: TestResponse) => headers.get('idempotency-replayed') === 'true';

  it('lets one of many equal requests through; the others repeat it or are told to wait', async () => {
    const { id } = await api.create();
    const answers = await times(15, () => append(id, 'burst'));
    const first = answers.filter((answer) => answer.status === 201 && !replayed(answer));
    expect(first).toHaveLength(1);
    for (const answer of answers.filter((other) => !first.includes(other))) {
      if (answer.status === 201) expect([replayed(answer), answer.text]).toEqual([true, first[0]?.text]);
      else expect([answer.status, answer.body.code]).toEqual([409, 'idempotency_in_progress']);
    }
    const later = await append(id, 'burst');
    expect([later.status, later.text, replayed(later)]).toEqual([201, first[0]?.text, true]);
    expect(later.headers.get('etag')).toBe('"2"');
    expect(await api.history(id)).toHaveLength(2);
  });

  it('creates one job, and repeats Location, ETag and body', async () => {
    const create = () => api.call('POST', '', { title: 'Once' }, { 'idempotency-key': 'create' });
    const [first, second] = [await create(), await create()];
    expect([first.status, second.status, replayed(first), replayed(second)]).toEqual([201, 201, false, true]);
    expect(second.text).toBe(first.text);
    for (const name of ['location', 'etag', 'content-type']) {
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    }
  });

  it('makes one bulk change of two', async () => {
    const { id } = await api.create();
    const change = () =>
      api.call('POST', '/bulk/status', { ids: [id], status: 'offer' }, { 'idempotency-key': 'bulk' });
    const [first, second] = [await change(), await change()];
    expect([first.status, second.status, second.text]).toEqual([200, 200, first.text]);
    expect(await api.history(id)).toHaveLength(2);
  });

  it.each([
    ['validation', 400, { status: 'nonsense' }],
    ['a body that is no event', 400, { status: 7 }],
    ['a transition', 409, { status: 'completed' }],
  ])('repeats a refusal as well: %s', async (name, status, body) => {
    const { id } = await api.create({ workflow: 'execution' });
    const first = await append(id, `refused ${name}`, body);
    await append(id, `go on ${name}`, { status: 'running' });
    const second = await append(id, `refused ${name}`, body);
    expect([first.status, second.status, replayed(second)]).toEqual([status, status, true]);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await api.history(id)).toHaveLength(2);
  });

  it('is refused with another body or for another job, and changes nothing then', async () => {
    const [one, other] = [await api.create(), await api.create()];
    await append(one.id, 'reused');
    for (const answer of [
      await append(one.id, 'reused', { status: 'offer' }),
      await append(other.id, 'reused'),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
    }
    expect([await api.history(one.id), await api.history(other.id)].map(({ length }) => length)).toEqual([
      2, 1,
    ]);
    expect((await append(one.id, 'reused')).status).toBe(201);
  });

  it('belongs to one user', async () => {
    const stranger = await JobApi.ofNewUser(app);
    const send = (as: JobApi) => as.call('POST', '', { title: 'Mine' }, { 'idempotency-key': 'shared' });
    const [mine, theirs] = [await send(api), await send(stranger)];
    expect([mine.status, theirs.status, replayed(theirs)]).toEqual([201, 201, false]);
    expect(mine.body.id).not.toBe(theirs.body.id);
  });

  it('is free again after 24 hours', async () => {
    const { id } = await api.create();
    await append(id, 'aged');
    const age = (hours: number) =>
      app.query(
        `UPDATE idempotency_keys SET created_at = created_at - make_interval(mins => $1),
         expires_at = expires_at - make_interval(mins => $1) WHERE key = 'aged'`,
        [hours * 60],
      );
    await age(23.9);
    expect(replayed(await append(id, 'aged'))).toBe(true);
    await age(0.2);
    const again = await append(id, 'aged', { status: 'offer' });
    expect([again.status, replayed(again)]).toEqual([201, false]);
    expect(await api.history(id)).toHaveLength(3);
  });

  it.each(['', 'x'.repeat(256)])('of the wrong length is refused (%#)', async (key) => {
    const { id } = await api.create();
    const answer = await append(id, key);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
  });

  it('of 255 characters is taken', async () => {
    const { id } = await api.create();
    expect((await append(id, 'y'.repeat(255))).status).toBe(201);
  });

  it('serves more concurrent requests than there are connections, on a program that has just started', async () => {
    const fresh = await startTestApp(
      { ...PATIENT, DB_MAX_CONNECTIONS: '4' },
      { databaseUrl: app.databaseUrl },
    );
    try {
      const own = new JobApi(fresh, api.user);
      const answers = await times(30, (index) =>
        own.call('POST', '', { title: 'Burst' }, { 'idempotency-key': uuid(index) }),
      );
      expect(statuses(answers)).toEqual(repeat(30, 201));
    } finally {
      await fresh.close();
    }
  });
});
