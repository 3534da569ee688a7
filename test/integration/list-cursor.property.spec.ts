import fc from 'fast-check';
import { JobApi, type AnsweredJob } from '../support/job-api';
import { ALL_SORTS, expectedList } from '../support/list/expected-list';
import { createRandomJobs, randomFilter, randomJob } from '../support/list/random-jobs';
import {
  pagesBackward,
  pagesByNumber,
  pagesForward,
  readPage,
  type AnsweredPage,
} from '../support/list/walk-list';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
});
afterAll(() => app.close());

const idsOf = (pages: AnsweredPage[]): unknown[] => pages.flatMap(({ data }) => data.map(({ id }) => id));
const pageIds = (pages: AnsweredPage[]): unknown[][] => pages.map(({ data }) => data.map(({ id }) => id));

describe('a list on a still table', () => {
  const question = fc.record({
    filter: randomFilter,
    sort: fc.constantFrom(...ALL_SORTS),
    limit: fc.integer({ min: 1, max: 15 }),
  });

  it('is the same by cursor, backwards by cursor, and by page number, for every sort and filter', async () => {
    const property = fc.asyncProperty(
      fc.array(randomJob, { minLength: 0, maxLength: 45 }),
      fc.array(question, { minLength: 6, maxLength: 6 }),
      async (jobs, questions) => {
        const api = await JobApi.ofNewUser(app);
        const created = await createRandomJobs(app, api, jobs);
        const plain = ALL_SORTS.map((sort) => ({ filter: { archived: 'all' }, sort, limit: 7 }));
        for (const { filter, sort, limit } of [...questions, ...plain]) {
          await checkWalks(api, created, { filter, sort, limit });
        }
      },
    );
    await fc.assert(property, { numRuns: 5 });
  });

  const checkWalks = async (
    api: JobApi,
    jobs: AnsweredJob[],
    { filter, sort, limit }: { filter: Record<string, string>; sort: string; limit: number },
  ): Promise<void> => {
    const expected = expectedList(jobs, filter, sort).map(({ id }) => id);
    const query = { ...filter, sort, limit: String(limit) };
    const forward = await pagesForward(api, query);
    const last = forward.at(-1);
    if (last === undefined) throw new Error('No page');
    expect(idsOf(forward)).toEqual(expected);
    expect(pageIds(await pagesByNumber(api, query))).toEqual(pageIds(forward));
    const backward = await pagesBackward(api, query, last);
    expect(pageIds(backward.reverse())).toEqual(pageIds(forward.slice(0, -1)));
    for (const [index, { data, pagination }] of forward.entries()) {
      expect(data.length).toBe(Math.min(limit, expected.length - index * limit));
      expect(pagination).toMatchObject({
        page: index === 0 ? 1 : null,
        limit,
        totalItems: expected.length,
        totalPages: Math.ceil(expected.length / limit),
        countMode: 'exact',
        hasNextPage: (index + 1) * limit < expected.length,
        hasPreviousPage: index > 0,
      });
      expect(pagination.nextCursor !== null).toBe(pagination.hasNextPage);
      expect(pagination.previousCursor !== null).toBe(pagination.hasPreviousPage);
    }
    for (const [index, { pagination }] of backward.entries()) {
      expect(pagination).toMatchObject({ hasNextPage: true, hasPreviousPage: index > 0, page: null });
    }
  };
});

describe('a cursor', () => {
  let api: JobApi;
  let cursor: string;
  const first = { sort: 'title', company: 'acme', limit: 2 };
  beforeAll(async () => {
    api = await JobApi.ofNewUser(app);
    for (const title of 'edcba') await api.create({ title, company: 'Acme', deadline: '2026-01-01' });
    cursor = (await readPage(api, first)).pagination.nextCursor ?? '';
  });
  const codeOf = async (query: Record<string, string>, as = api): Promise<unknown> =>
    (await as.get(`?${new URLSearchParams(query).toString()}`)).body.code;

  it('goes on with another limit and other fields', async () => {
    const { data } = await readPage(api, { ...first, limit: 3, fields: 'title', cursor });
    expect(data).toEqual([{ title: 'c' }, { title: 'd' }, { title: 'e' }]);
  });

  it.each<Record<string, string>>([
    { sort: '-title', company: 'acme' },
    { sort: 'company', company: 'acme' },
    { company: 'acme' },
    { sort: 'title' },
    { sort: 'title', company: 'other' },
    { sort: 'title', company: 'acme', archived: 'all' },
    { sort: 'title', company: 'acme', q: 'ab' },
    { sort: 'title', company: 'acme', deadlineFrom: '2026-01-01' },
  ])('of another sort or filter is a mismatch: %j', async (query) => {
    expect(await codeOf({ ...query, cursor })).toBe('cursor_mismatch');
  });

  it('of another user is a mismatch', async () => {
    const stranger = await JobApi.ofNewUser(app);
    expect(await codeOf({ sort: 'title', company: 'acme', cursor }, stranger)).toBe('cursor_mismatch');
  });

  it('of a history is a mismatch, and so is one of another job’s history', async () => {
    const [one, other] = [await api.create(), await api.create()];
    for (const job of [one, other]) await api.append(job.id, { status: 'applied' });
    const history = await api.get(`/${one.id}/status-events?limit=1`);
    const place = (history.body as AnsweredPage).pagination.nextCursor ?? '';
    expect(await codeOf({ cursor: place })).toBe('cursor_mismatch');
    const elsewhere = await api.get(`/${other.id}/status-events?cursor=${place}`);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([400, 'cursor_mismatch']);
    expect((await api.get(`/${one.id}/status-events?cursor=${place}`)).status).toBe(200);
  });

  it('is refused when one character of it is changed, added or missing', async () => {
    const others = (index: number): string[] => {
      const char = cursor.charAt(index);
      const changed = char === 'A' ? 'B' : 'A';
      return [
        cursor.slice(0, index) + changed + cursor.slice(index + 1),
        cursor.slice(0, index) + cursor.slice(index + 1),
        `${cursor.slice(0, index)}*${cursor.slice(index)}`,
      ];
    };
    const tampered = [0, 1, 15, 16, 40, cursor.length - 2, cursor.length - 1].flatMap(others);
    for (const text of [...tampered, `${cursor}=`, `${cursor}A`, 'x', '[]', '%00', '😀']) {
      const answer = await api.get(`?sort=title&company=acme&cursor=${encodeURIComponent(text)}`);
      expect([text, answer.status, answer.body.code]).toEqual([text, 400, 'validation_failed']);
    }
  });

  it('and a page number exclude each other', async () => {
    expect(await codeOf({ sort: 'title', company: 'acme', cursor, page: '2' })).toBe('validation_failed');
  });

  it('says at its end how many rows there are at least', async () => {
    const query = { sort: 'title', company: 'acme', limit: '1', count: 'estimated' };
    const pages = await pagesForward(api, query);
    expect(pages).toHaveLength(5);
    for (const [index, { pagination }] of pages.entries()) {
      expect(pagination.totalItems).toBeGreaterThanOrEqual(index + 1);
    }
  });
});

describe('a list that others insert into and change meanwhile', () => {
  const LIMIT = '6';
  const stirring = async (
    api: JobApi,
    churn: string[],
    still: string[],
    sort: string,
    stop: () => boolean,
  ) => {
    for (let round = 0; !stop(); round += 1) {
      const target = churn[round % churn.length] ?? '';
      await Promise.all([
        api.create({ title: `new ${round % 7}`, company: 'Acme', deadline: '2026-02-01' }),
        api.patch(target, { title: `t${round % 11}`, company: round % 3 === 0 ? null : `c${round % 5}` }),
        api.patch(churn[(round + 1) % churn.length] ?? '', {
          deadline: round % 2 === 0 ? null : '2026-01-31',
        }),
        api.append(churn[(round + 2) % churn.length] ?? '', { status: 'applied' }),
        round % 4 === 0 ? api.call('DELETE', `/${churn.pop() ?? ''}`) : undefined,
        // Changes that leave the sort's key alone.
        sort.endsWith('updatedAt')
          ? undefined
          : api.patch(still[round % still.length] ?? '', { notes: `n${round}`, city: `c${round}` }),
      ]);
    }
  };

  it.each(ALL_SORTS)('shows every job that matched all the while exactly once, by %s', async (sort) => {
    const api = await JobApi.ofNewUser(app);
    const [jobs = []] = fc.sample(fc.array(randomJob, { minLength: 90, maxLength: 90 }), {
      numRuns: 1,
      seed: 7,
    });
    const all = await createRandomJobs(
      app,
      api,
      jobs.map((job) => ({ ...job, archived: false })),
    );
    const still = all.filter((_, index) => index % 3 > 0).map(({ id }) => id);
    const churn = all.filter((_, index) => index % 3 === 0).map(({ id }) => id);
    let done = false;
    const writer = stirring(api, churn, still, sort, () => done || churn.length < 5);
    const pages = await pagesForward(api, { sort, limit: LIMIT });
    done = true;
    await writer;
    const seen = idsOf(pages).filter((id) => still.includes(id as string));
    expect([...seen].sort()).toEqual([...still].sort());
    const backward = await pagesBackward(api, { sort, limit: LIMIT }, pages.at(-1)!);
    expect(new Set(idsOf(backward)).size).toBe(idsOf(backward).length);
  });
});
