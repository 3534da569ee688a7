import { JobApi, type AnsweredJob } from '../support/job-api';
import { ALL_SORTS, expectedList, type ListFilter } from '../support/list/expected-list';
import { createVariedJobs, TEXTS } from '../support/list/varied-jobs';
import { pagesForward, readPage } from '../support/list/walk-list';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';
import { ALL_STATUSES, WORKFLOW_RULES } from '../support/workflow-rules';

let app: TestApp;
let api: JobApi;
let jobs: AnsweredJob[];
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
  jobs = await createVariedJobs(app, api);
}, 60_000);
afterAll(() => app.close());

const SALARY_EDGES = ['0', '999.99', '1000', '2000.5', '3000', '3000.01', '5000.25', '5000.26', '9000'];
const TIME_EDGES = [
  '2026-01-02T00:00:00.000Z',
  '2026-01-02T00:00:00.001Z',
  '2026-01-03',
  '2026-01-02T02:00:00+02:00',
];
const STATUS_TIMES = ['2026-02-01T00:00:00.010Z', '2026-02-01T00:00:00.011Z'];

const only = (name: string, value: string): ListFilter => ({ [name]: value });

const SINGLE: ListFilter[] = [
  ...ALL_STATUSES.map((status) => only('status', status)),
  ...['todo', 'active', 'success', 'failure', 'dropped'].flatMap((word) => [
    only('category', word),
    only('status', word),
  ]),
  { status: 'applied,interview' },
  { status: 'accepted,failure' },
  { status: 'todo,rejected,expired' },
  { category: 'todo,dropped' },
  ...Object.keys(WORKFLOW_RULES).map((workflow) => ({ workflow })),
  ...['company', 'location', 'city', 'state', 'industry'].flatMap((field) =>
    [...TEXTS, 'écoute', 'i̇ZMIR', 'straẞe', 'nobody', 'a_b_c', 'x'].map((value) => ({ [field]: value })),
  ),
  { jobType: 'FULL-TIME' },
  { source: 'referral' },
  ...['été', 'ÉTÉ,GO', 'go', "it's,back\\slash", 'go,nobody', 'g'].map((tags) => ({ tags })),
  ...TIME_EDGES.flatMap((time) => [only('createdFrom', time), only('createdTo', time)]),
  ...STATUS_TIMES.flatMap((time) => [only('statusChangedFrom', time), only('statusChangedTo', time)]),
  ...['2026-03-01', '2026-03-02', '2026-03-04'].flatMap((day) => [
    only('deadlineFrom', day),
    only('deadlineTo', day),
  ]),
  ...SALARY_EDGES.flatMap((salary) => [only('salaryMin', salary), only('salaryMax', salary)]),
  ...[
    'écr',
    'ÉCRITURE',
    'c++',
    'c#',
    'node js',
    'node.js',
    'engineer',
    'data-eng',
    'stras',
    'STRAß',
    '数据',
    'r&d',
    '12',
  ]
    .concat(['écoute', 'naïve c#', 'zz', 'criture', "o'brien", 'écriture nobody', '++', '<-> & | !', ":* 'c"])
    .filter((q) => /[\p{L}\p{N}+#]/u.test(q))
    .map((q) => ({ q })),
  { archived: 'false' },
  { archived: 'true' },
  { archived: 'all' },
];

const COMBINED: ListFilter[] = [
  { status: 'active', archived: 'all', q: 'c++' },
  { category: 'todo', status: 'draft', workflow: 'posting' },
  {
    createdFrom: '2026-01-02',
    createdTo: '2026-01-05',
    deadlineFrom: '2026-03-02',
    deadlineTo: '2026-03-03',
  },
  { salaryMin: '1000', salaryMax: '2000.5' },
  { salaryMin: '3000', salaryMax: '3000', archived: 'all' },
  { tags: 'go', company: 'écoute', archived: 'all' },
  { city: 'ωμέγα', state: 'a_b%c', jobType: 'contract' },
  { q: 'c#', source: 'referral', statusChangedFrom: '2026-02-01T00:00:00.020Z', archived: 'all' },
  { deadlineFrom: '2026-03-02', deadlineTo: '2026-03-02', status: 'dropped,applied' },
  { industry: 'i̇zmir', location: '数据', archived: 'all' },
];

const titles = (list: { title: unknown }[]): unknown[] => list.map(({ title }) => title);
const answered = async (query: Record<string, string>): Promise<unknown[]> =>
  titles(
    (await pagesForward(api, { limit: '100', ...query })).flatMap(({ data }) => data) as { title: unknown }[],
  );

describe('a filter of the list', () => {
  it('finds what it says, each alone', async () => {
    const found = new Map<string, number>();
    for (const filter of SINGLE) {
      const expected = titles(expectedList(jobs, filter));
      expect({ filter, titles: await answered(filter) }).toEqual({ filter, titles: expected });
      const [name = ''] = Object.keys(filter);
      found.set(name, Math.max(found.get(name) ?? 0, expected.length));
    }
    // Each filter finds something with some value, or it has not been tried.
    expect([...found].filter(([, most]) => most === 0)).toEqual([]);
  });

  it.each(COMBINED)('joins with the others by AND: %j', async (filter) => {
    for (const sort of ALL_SORTS) {
      expect(await answered({ ...filter, sort })).toEqual(titles(expectedList(jobs, filter, sort)));
    }
  });

  it('folds the case of letters beyond ASCII', async () => {
    for (const [given, other] of [
      ['Écoute', 'éCOUTE'],
      ['İzmir', 'i̇zmir'],
      ['straße', 'STRAẞE'],
      ['Ωμέγα', 'ΩΜΈΓΑ'],
    ] as const) {
      const [one, two] = [await answered({ location: given }), await answered({ location: other })];
      expect(one.length).toBeGreaterThan(0);
      expect(two).toEqual(one);
    }
  });

  it('shows the rows as the job itself is shown, without the long fields', async () => {
    const { data } = await readPage(api, { limit: 100 });
    const byId = new Map(jobs.map((job) => [job.id, job]));
    for (const row of data) {
      const { description, notes, attributes, ...rest } =
        byId.get(row.id as string) ?? ({} as Partial<AnsweredJob>);
      expect([description, notes, attributes]).toEqual([null, null, {}]);
      expect(row).toEqual(rest);
    }
  });
});

describe('the totals of the list', () => {
  let many: JobApi;
  beforeAll(async () => {
    many = await JobApi.ofNewUser(app);
    const insert = (count: number, title: string, first: number): Promise<unknown> =>
      app.query(
        `WITH j AS (
           INSERT INTO jobs (id, owner_id, workflow_id, title, current_status, current_status_category,
             current_status_at, last_seq, created_at, updated_at)
           SELECT gen_random_uuid(), $1, 'application', $2 || ' ' || n, 'wishlist', 'todo', t, 1, t, t
           FROM generate_series($3::int, $4::int) n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS t) x
           RETURNING *
         )
         INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
         SELECT id, 1, gen_random_uuid(), 'wishlist', 'todo', created_at, created_at, owner_id FROM j`,
        [many.user.user.id, title, first, first + count - 1],
      );
    await insert(2000, 'Common', 0);
    await insert(1000, 'Thousand', 2000);
    await app.query('ANALYZE jobs, job_search');
  });

  it('are exact where the counts know them and up to 1000 rows, else an estimate of no less than the rows seen', async () => {
    const total = async (query: Record<string, string | number>) => (await readPage(many, query)).pagination;
    expect(await total({ q: 'thousand' })).toMatchObject({
      totalItems: 1000,
      countMode: 'exact',
      totalPages: 50,
    });
    const counted: Record<string, string>[] = [
      {},
      { status: 'wishlist,offer' },
      { status: 'todo' },
      { workflow: 'application' },
    ];
    for (const query of counted) {
      expect(await total(query)).toMatchObject({ totalItems: 3000, countMode: 'exact', totalPages: 150 });
    }
    expect((await total({ q: 'common' })).totalItems).toBeGreaterThanOrEqual(1001);
    const exact = { totalItems: 3000, countMode: 'exact', totalPages: 30 };
    expect(await total({ count: 'exact', limit: 100 })).toMatchObject(exact);
    expect(await total({ count: 'exact', q: 'common' })).toMatchObject({ totalItems: 2000 });
    for (const page of [1, 20, 29]) {
      const { totalItems } = await total({ count: 'estimated', page, limit: 100 });
      expect(totalItems).toBeGreaterThanOrEqual(page * 100 + 1);
    }
    expect(await total({ page: 30, limit: 100 })).toMatchObject({ ...exact, hasNextPage: false });
    const none = { totalItems: null, totalPages: null, countMode: 'none' };
    expect(await total({ count: 'none' })).toMatchObject(none);
    expect(await total({ count: 'none', q: 'thousand', page: 3 })).toMatchObject(none);
  });

  it('never fall behind the rows seen by cursor, whatever the statistics say', async () => {
    await app.query(`UPDATE pg_class SET reltuples = 10 WHERE relname IN ('jobs', 'job_search')`);
    const pages = await pagesForward(many, { limit: '100', count: 'estimated' });
    expect(pages).toHaveLength(30);
    for (const [index, { pagination }] of pages.entries()) {
      expect(pagination.totalItems).toBeGreaterThanOrEqual(Math.min(3000, (index + 1) * 100));
    }
    await app.query('ANALYZE jobs, job_search');
  });

  it('go as deep by page number as MAX_OFFSET, and name the cursor past it', async () => {
    expect((await many.get('?page=100&limit=100')).status).toBe(200);
    const answer = await many.get('?page=101&limit=100');
    expect([answer.status, answer.body.code]).toEqual([400, 'offset_too_deep']);
    expect(answer.body.detail).toContain('cursor');
    expect((await many.get('?page=1000000000')).body.code).toBe('offset_too_deep');
  });

  it('let a page past the end be empty', async () => {
    const { data, pagination } = await readPage(many, { page: 99, limit: 100 });
    expect(data).toEqual([]);
    expect(pagination).toMatchObject({ page: 99, hasNextPage: false, nextCursor: null });
  });
});

describe('paginate=false', () => {
  it('gives all rows as a bare array, up to MAX_UNPAGINATED', async () => {
    const small = await startTestApp({ MAX_UNPAGINATED: '20' }, { databaseUrl: app.databaseUrl });
    try {
      const own = await JobApi.ofNewUser(small);
      expect((await own.get('?paginate=false')).body).toEqual([]);
      const created = await Promise.all(Array.from({ length: 20 }, (_, n) => own.create({ title: `${n}` })));
      const all = await own.get('?paginate=false&sort=title&fields=title,id');
      expect(all.headers.get('content-type')).toMatch(/^application\/json/);
      expect(all.body).toEqual(expectedList(created, {}, 'title').map(({ id, title }) => ({ id, title })));
      await own.create({ company: 'One' });
      const more = await own.get('?paginate=false');
      expect([more.status, more.body.code]).toEqual([400, 'too_many_rows']);
      expect(more.body.detail).toContain('/api/jobs/export');
      expect((await own.get('?paginate=false&company=one')).body).toHaveLength(1);
      for (const with_ of ['page=1', 'limit=5', 'cursor=x', 'count=none']) {
        expect((await own.get(`?paginate=false&${with_}`)).body.code).toBe('validation_failed');
      }
    } finally {
      await small.close();
    }
  });
});
