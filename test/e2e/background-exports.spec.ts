import { randomUUID } from 'node:crypto';
import { ExportRepository } from '../../src/exports/export.repository';
import { Database } from '../../src/platform/database';
import { WorkQueue } from '../../src/platform/queue';
import { askForExport, fileOf, standingOf, writeExport } from '../support/background-exports';
import { untilBlocked } from '../support/blocked';
import { until } from '../support/download';
import { expectProblem } from '../support/expect-problem';
import { stopAt } from '../support/gate';
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
  app.request('POST', '/api/exports', { token: as.token, body, headers });

const addJobs = async (): Promise<void> => {
  for (const job of [
    { title: 'b', company: 'X', tags: ['+a', 'b'], status: 'applied' },
    { title: 'a', company: 'x', notes: '=1+1, "quoted"\n' },
    { title: 'c', company: 'y' },
  ])
    expect(await app.request('POST', '/api/jobs', { token: user.token, body: job })).toMatchObject({
      status: 201,
    });
};

const countOf = async (table: string, where = 'true', values: unknown[] = []): Promise<number> =>
  (await app.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table} WHERE ${where}`, values))[0]
    ?.rows ?? -1;

const queued = (id: string): Promise<number> =>
  countOf('queue.job', `name = 'write-export' AND data->>'exportId' = $1`, [id]);

const owned = (): Promise<number> => countOf('exports', 'owner_id = $1', [user.user.id]);

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
    await addJobs();
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
    const rows = await countOf('jobs', `owner_id = $1 AND (company_key = 'x' OR $2)`, [
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
    await addJobs();
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
      await addJobs();
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
    expect([await owned(), await queued(String(first.body.id))]).toEqual([1, 1]);
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

describe('Asking for an export', () => {
  it.each([
    [{}, 'format'],
    [{ format: 'xml' }, 'format'],
    [{ format: 'csv', colour: 'red' }, 'colour'],
    [{ format: 'csv', events: true }, 'events'],
    [{ format: 'csv', filters: [] }, 'filters'],
    [{ format: 'csv', filters: null }, 'filters'],
    [{ format: 'csv', filters: { colour: 'red' } }, 'filters.colour'],
    [{ format: 'csv', filters: { toString: 'x' } }, 'filters.toString'],
    [{ format: 'csv', filters: { limit: 5 } }, 'filters.limit'],
    [{ format: 'csv', filters: { salaryMin: -1 } }, 'filters.salaryMin'],
    [{ format: 'csv', filters: { status: 'nonsense' } }, 'filters.status'],
    [{ format: 'csv', filters: { workflow: 'nonsense' } }, 'filters.workflow'],
  ])('refuses %j', async (body, field) => {
    const answer = await post(body);
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ field }));
    expect(await owned()).toBe(0);
  });

  it('refuses the jobs of others, but to an admin', async () => {
    const body = { format: 'csv', filters: { ownerId: user.user.id } };
    expectProblem(await post(body, await app.register()), 403, 'forbidden');
    await addJobs();
    const admin = await app.registerAdmin();
    const { id } = (await post(body, admin)).body as { id: string };
    await writeExport(app, id);
    expect((await standingOf(app, admin, id)).body).toMatchObject({ state: 'done', rows: 3 });
  });

  it('refuses an owner a fourth while three are unfinished', async () => {
    const asked = await Promise.all(Array.from({ length: 7 }, () => post({ format: 'csv' })));
    const [accepted, refused] = [202, 429].map((status) => asked.filter((each) => each.status === status));
    expect([accepted?.length, refused?.length]).toEqual([3, 4]);
    expectProblem(refused![0]!, 429, 'rate_limited');
    expect(refused![0]!.headers.get('retry-after')).toBe('30');
    expect(await owned()).toBe(3);
    expect((await post({ format: 'csv' }, await app.register())).status).toBe(202);
    await writeExport(app, String(accepted![0]!.body.id));
    expect((await post({ format: 'csv' })).status).toBe(202);
  });

  it('counts what is asked for in the same moment: who asks next waits for it', async () => {
    for (let n = 0; n < 2; n++) await askForExport(app, user);
    const gate = stopAt(app.app.get(ExportRepository), 'insert', 'before');
    try {
      const third = post({ format: 'csv' });
      await gate.reached;
      const fourth = post({ format: 'csv' });
      await untilBlocked(app);
      gate.open();
      expect([(await third).status, (await fourth).status]).toEqual([202, 429]);
    } finally {
      gate.open();
    }
  });

  it('that was refused for the number of them is not refused for good under its Idempotency-Key', async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push(await askForExport(app, user));
    const key = { 'idempotency-key': randomUUID() };
    expect((await post({ format: 'csv' }, user, key)).status).toBe(429);
    await writeExport(app, ids[0]!);
    expect((await post({ format: 'csv' }, user, key)).status).toBe(202);
  });

  it.each(['before', 'after'] as const)(
    'leaves neither an export nor work where it fails %s the work is sent',
    async (when) => {
      const queue = app.app.get(WorkQueue);
      const original = queue.send.bind(queue);
      const jobs = await countOf('queue.job');
      queue.send = async (...sent) => {
        if (when === 'after') await original(...(sent as Parameters<WorkQueue['send']>));
        throw new Error('It dies here');
      };
      try {
        expectProblem(await post({ format: 'csv' }), 500, 'internal_error');
      } finally {
        Reflect.deleteProperty(queue, 'send');
      }
      expect([await owned(), await countOf('queue.job')]).toEqual([0, jobs]);
      const id = await askForExport(app, user);
      expect([await owned(), await queued(id)]).toEqual([1, 1]);
    },
  );

  it('sends no work whose export is not committed: others see both at the same time', async () => {
    const queue = app.app.get(WorkQueue);
    const original = queue.send.bind(queue);
    const seen: number[][] = [];
    queue.send = async (...sent) => {
      const result = await original(...(sent as Parameters<WorkQueue['send']>));
      // On a connection of the test, while the transaction is open.
      seen.push([
        await owned(),
        await countOf('queue.job', `data->>'exportId' = $1`, [(sent[1] as { exportId: string }).exportId]),
      ]);
      return result;
    };
    try {
      await askForExport(app, user);
    } finally {
      Reflect.deleteProperty(queue, 'send');
    }
    expect(seen).toEqual([[0, 0]]);
  });
});

describe('What an owner keeps', () => {
  const GiB = 1024 ** 3;
  let repository: ExportRepository;
  let usual: ExportRepository['kept'];

  beforeEach(() => {
    repository = app.app.get(ExportRepository);
    usual = repository.kept;
  });
  afterEach(() => {
    repository.kept = usual;
  });

  const written = async (as = user): Promise<string> => {
    const id = await askForExport(app, as);
    await writeExport(app, id);
    return id;
  };

  /** Which of them are there, each with its file. */
  const there = async (...ids: string[]): Promise<boolean[]> => {
    const found = [];
    for (const id of ids) {
      const [{ status }, file] = [await standingOf(app, user, id), await fileOf(app, user, id)];
      expect(file.status).toBe(status);
      found.push(status === 200);
    }
    return found;
  };

  it('is ten files, 2 GiB together', () => {
    expect(usual).toEqual({ files: 10, bytes: 2 * GiB });
  });

  it.each(['asks for', 'is given'])(
    'is the newest files: the others expire when one %s the next',
    async (when) => {
      const other = await app.register();
      const others = await written(other);
      const [oldest, older, newer] = [await written(), await written(), await written()];
      const failed = await askForExport(app, user);
      await app.query(`UPDATE exports SET state = 'failed' WHERE id = $1`, [failed]);
      const next = when === 'is given' ? await askForExport(app, user) : undefined;
      repository.kept = { ...usual, files: 2 };
      if (next === undefined) {
        const asked = await askForExport(app, user);
        expect((await standingOf(app, user, asked)).body.state).toBe('queued');
        expect(await there(oldest, older, newer)).toEqual([false, true, true]);
      } else {
        await writeExport(app, next);
        expect(await there(oldest, older, newer, next)).toEqual([false, false, true, true]);
      }
      expect((await standingOf(app, user, failed)).body.state).toBe('failed');
      expect((await standingOf(app, other, others)).body.state).toBe('done');
    },
  );

  it('is as many bytes: the oldest files expire when one is done, and when one is asked for', async () => {
    const ids = [await written(), await written(), await written()];
    const [oldest, older, newer] = ids as [string, string, string];
    // Without jobs, all are of one size.
    const [size] = await app.query<{ bytes: string }>('SELECT bytes FROM exports WHERE id = $1', [newer]);
    const bytes = Number(size?.bytes);
    expect(bytes).toBeGreaterThan(0);
    repository.kept = { ...usual, bytes: 3 * bytes };
    const next = await askForExport(app, user);
    expect(await there(oldest, older, newer)).toEqual([true, true, true]);
    await writeExport(app, next);
    expect(await there(oldest, older, newer, next)).toEqual([false, true, true, true]);
    repository.kept = { ...usual, bytes: 3 * bytes - 1 };
    await askForExport(app, user);
    expect(await there(older, newer, next)).toEqual([false, true, true]);
  });

  it('is the newest file in any case', async () => {
    repository.kept = { ...usual, bytes: 1 };
    const [old, newest] = [await written(), await written()];
    expect(await there(old, newest)).toEqual([false, true]);
    await askForExport(app, user);
    expect(await there(newest)).toEqual([true]);
  });

  it('is right also when two are done at the same time', async () => {
    const [first, second] = [await askForExport(app, user), await askForExport(app, user)];
    repository.kept = { ...usual, files: 1 };
    const lock = await app.app.get(Database).pool.connect();
    try {
      // Both are to be finished when the owner's row is free.
      await lock.query(`BEGIN; SELECT FROM users WHERE id = '${user.user.id}' FOR UPDATE`);
      const writing = [writeExport(app, first), writeExport(app, second)];
      await untilBlocked(app, 2);
      await lock.query('COMMIT');
      await Promise.all(writing);
    } finally {
      lock.release(true);
    }
    expect((await there(first, second)).filter(Boolean)).toHaveLength(1);
  });
});
