import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await app.register();
});

const load = (body: string, as = user, type = 'application/x-ndjson'): Promise<TestResponse> =>
  app.request('POST', '/api/jobs/import', { token: as.token, body, headers: { 'content-type': type } });
const exported = (query: string, as = user): Promise<TestResponse> =>
  app.request('GET', `/api/jobs/export${query}`, { token: as.token });
const lines = (jobs: unknown[]): string => jobs.map((job) => JSON.stringify(job)).join('\n');

const text = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc.string({
        unit: fc.constantFrom(
          "'",
          '=',
          '+',
          '-',
          '@',
          '\t',
          '\r',
          '\n',
          '"',
          ',',
          '|',
          '\\',
          '😀',
          'é',
          ' ',
          'a',
        ),
        maxLength,
      }),
    )
    .map((made) => made.toWellFormed().replaceAll('\u0000', ''));
const filled = (maxLength: number) => text(maxLength).filter((made) => /\S/.test(made));
const time = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const json = fc.dictionary(
  text(5).filter((key) => key !== '__proto__'),
  fc.oneof(
    text(10),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x || 0),
    fc.boolean(),
  ),
  { maxKeys: 3 },
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const event = fc.record({
  status: fc.constantFrom('wishlist', 'applied', 'interview', 'rejected'),
  occurredAt: time,
  note: optional(text(20)),
  metadata: optional(json),
});
const job = fc
  .record({
    title: filled(30),
    company: optional(text(30)),
    location: optional(text(30)),
    description: optional(text(60)),
    notes: optional(text(60)),
    salaryMin: optional(fc.integer({ min: 0, max: 1e8 }).map((cents) => cents / 100)),
    salaryCurrency: optional(fc.constantFrom('EUR', 'USD')),
    deadline: optional(time.map((made) => made.slice(0, 10))),
    tags: optional(fc.array(filled(10), { maxLength: 4 })),
    attributes: optional(json),
    createdAt: optional(time),
    archived: fc.boolean(),
    archivedAt: time,
    archiveReason: text(20),
    statusEvents: fc.array(event, { minLength: 1, maxLength: 4 }),
  })
  .map(({ archived, archivedAt, archiveReason, ...rest }) =>
    archived ? { ...rest, archivedAt, archiveReason } : rest,
  );

/** All that a user has, but for what belongs to the installation. */
const possessions = (as: TestUser, withEvents: boolean): Promise<unknown[]> =>
  app.query(
    `SELECT to_jsonb(j) - '{id,owner_id,version,updated_at}'::text[]
            - '{current_status_at,last_seq,applied_at,answered_at,offered_at,deadline_met_at}'::text[]
            || CASE WHEN $2 THEN jsonb_build_object('at', j.current_status_at, 'seq', j.last_seq,
              'milestones', ARRAY[j.applied_at, j.answered_at, j.offered_at, j.deadline_met_at], 'events', (
              SELECT jsonb_agg(to_jsonb(e) - '{id,job_id,recorded_at,actor_id}'::text[] ORDER BY e.seq)
              FROM job_status_events e WHERE e.job_id = j.id)) ELSE '{}' END AS job
     FROM jobs j WHERE owner_id = $1 ORDER BY external_ref`,
    [as.user.id, withEvents],
  );

describe('export', () => {
  it.each([
    ['ndjson&events=true', 'application/x-ndjson', true],
    ['ndjson', 'application/x-ndjson', false],
    ['csv', 'text/csv', false],
  ])('of %s imports again with nothing lost', async (format, type, withEvents) => {
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 20 }), async (jobs) => {
        const [owner, heir] = [await app.register(), await app.register()];
        const given = await load(
          lines(jobs.map((each, index) => ({ ...each, externalRef: `ref-${index}` }))),
          owner,
        );
        expect(given.body).toMatchObject({ created: jobs.length, errors: [] });
        const file = await exported(`?format=${format}&archived=all`, owner);
        const again = await load(file.text, heir, type);
        expect(again.body).toMatchObject({ created: jobs.length, errors: [] });
        expect(await possessions(heir, withEvents)).toEqual(await possessions(owner, withEvents));
      }),
      { numRuns: 5 },
    );
  });

  it('says what it is, and is never cached', async () => {
    await load(lines([{ title: 'a' }]));
    for (const [format, type] of [
      ['csv', 'text/csv; charset=utf-8'],
      ['ndjson', 'application/x-ndjson; charset=utf-8'],
    ]) {
      const { headers, status } = await exported(`?format=${format}`);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        type,
        'no-store',
      ]);
      expect(headers.get('content-disposition')).toMatch(
        new RegExp(`^attachment; filename="jobtrail-jobs-\\d{4}-\\d\\d-\\d\\d\\.${format}"$`),
      );
    }
  });

  it('never comes from the cache: what was written is in the next, whatever the client has', async () => {
    for (let jobs = 1; jobs <= 3; jobs++) {
      await load(lines([{ title: 'a' }]));
      const answer = await app.request('GET', '/api/jobs/export', {
        token: user.token,
        headers: { 'if-none-match': '*' },
      });
      expect([answer.status, answer.text.split('\n').length]).toEqual([200, jobs + 1]);
      expect([answer.headers.get('etag'), answer.headers.get('x-cache')]).toEqual([null, null]);
    }
  });

  it('has the filters and the order of the list', async () => {
    await load(
      lines([
        { title: 'b', company: 'X', status: 'applied' },
        { title: 'a', company: 'x', status: 'applied' },
        { title: 'c', company: 'x', archivedAt: '2024-01-01' },
        { title: 'd', company: 'y' },
      ]),
    );
    const titles = async (query: string): Promise<string[]> =>
      (await exported(query)).text
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { title: string }).title);
    expect(await titles('?company=x&sort=title')).toEqual(['a', 'b']);
    expect(await titles('?company=x&sort=-title&archived=all')).toEqual(['c', 'b', 'a']);
    expect(await titles('?status=active&sort=title')).toEqual(['a', 'b']);
    expect(await titles('?company=nobody')).toEqual([]);
  });

  it('lets no cell of CSV begin like a formula, and has a header row also where nothing matches', async () => {
    await load(lines([{ title: '=1+1', company: '@x', location: "'-1", notes: '\tx', tags: ['+a', 'b'] }]));
    const rows: string[][] = parse((await exported('?format=csv')).text);
    expect(rows.flat().filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual([]);
    expect(rows[1]).toEqual(expect.arrayContaining(["'=1+1", "'@x", "''-1", "'\tx", "'+a|b"]));
    expect((await exported('?format=csv&company=nobody')).text).toMatch(/^id,ownerId,.*,status\n$/);
  });

  it('refuses events in CSV, unknown formats and filters, and the jobs of others', async () => {
    for (const query of [
      '?format=csv&events=true',
      '?format=xml',
      '?colour=red',
      '?status=nonsense',
      '?limit=5',
    ]) {
      expect(await exported(query)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    }
    expect(await exported(`?ownerId=${(await app.register()).user.id}`)).toMatchObject({ status: 403 });
  });
});
