import { Database } from '../../src/platform/database';
import { JobApi } from '../support/job-api';
import type { ListFilter } from '../support/list/expected-list';
import { statementsOf, type SentStatement } from '../support/list/explain';
import { insertSearchedJobs, searchedIds } from '../support/list/searched-jobs';
import { pagesBackward, pagesForward, readPage, type AnsweredPage } from '../support/list/walk-list';
import { startTestApp, TEST_PASSWORD, type TestApp, type TestUser } from '../support/test-app';

let app: TestApp;
let api: JobApi;
/** Whose words lie in the same entries of the search index. */
let neighbour: JobApi;

beforeAll(async () => {
  app = await startTestApp();
  api = await JobApi.ofNewUser(app);
  neighbour = new JobApi(app, await registerNeighbour(api.user));
  for (const { user } of [api.user, neighbour.user]) await insertSearchedJobs(app, user.id);
  await app.query('ANALYZE jobs, job_search');
});
afterAll(() => app.close());

/** Someone whose id ends in the same three digits. */
const registerNeighbour = async ({ user }: TestUser): Promise<TestUser> => {
  const email = 'neighbour@example.com';
  await app.query(
    `INSERT INTO users (id, email, password_hash)
     SELECT (left(gen_random_uuid()::text, 33) || right(id::text, 3))::uuid, $2, password_hash FROM users WHERE id = $1`,
    [user.id, email],
  );
  const answer = await app.request('POST', '/api/auth/login', { body: { email, password: TEST_PASSWORD } });
  expect(answer.status).toBe(200);
  return answer.body as TestUser;
};

/** What is searched for: words of every frequency, several of them, beginnings, whole values. */
const SEARCHES: ListFilter[] = [
  { q: 'engineer' },
  { q: 'comm' },
  { q: 'eng COMMON' },
  { q: 'sel' },
  { q: 'sixteenth' },
  { q: 'seldom' },
  { q: 'rare' },
  { q: 'trio' },
  { q: 'nobody' },
  { q: 'fresh' },
  { q: 'left right' },
  { q: 'engineer seldom common' },
  { q: 'trio nobody' },
  { q: 'engineer', tags: 'mars,remote' },
  { q: 'seldom', tags: 'remote' },
  { q: 'seldom eng', company: 'common sense' },
  { tags: 'Mars' },
];

const SORTS = ['-createdAt', 'createdAt'];
const LIMITS = ['20', '3', '1'];
const ARCHIVED: ListFilter[] = [{}, { archived: 'all' }, { archived: 'true' }];
const OTHERS: ListFilter[] = [
  {},
  { status: 'interview' },
  { status: 'ghosted' },
  { deadlineFrom: '2026-03-01', deadlineTo: '2026-03-20' },
  { createdFrom: '2026-01-01T12:00:00.000Z', createdTo: '2026-01-01T16:00:00.000Z' },
  { status: 'applied', createdFrom: '2026-01-02T00:00:30.000Z' },
];

const pick = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;

type Question = ListFilter & { limit: string };

/** The same search in every order and size of the page, with other conditions by turns. */
const questionsOf = (search: ListFilter, turn: number): Question[] =>
  SORTS.flatMap((sort, order) =>
    LIMITS.map((limit, size) => ({
      ...search,
      sort,
      limit,
      fields: 'id',
      ...pick(OTHERS, turn + 3 * order + size),
      ...pick(ARCHIVED, turn + order + size),
    })),
  );

/** Pages that are followed from either end of a list; shorter lists are followed to their other end. */
const MOST_PAGES = 5;

const idsOf = (pages: AnsweredPage[]): unknown[] => pages.flatMap(({ data }) => data.map(({ id }) => id));

const matchesOf = ({ limit: _, fields: __, ...filter }: Question): Promise<string[]> =>
  searchedIds(app, api.user.user.id, filter);

/** Follows the list from both of its ends, by every way that there is to get to a page. */
const expectPages = async (question: Question): Promise<void> => {
  const limit = Number(question.limit);
  const expected = await matchesOf(question);
  const pages = Math.max(1, Math.ceil(expected.length / limit));
  const forward = await pagesForward(api, question, MOST_PAGES);
  const second = await readPage(api, { ...question, page: 2 });
  const last = await readPage(api, { ...question, page: pages, count: 'exact' });
  const backward = (await pagesBackward(api, { ...question, count: 'none' }, last, MOST_PAGES)).reverse();
  expect({
    question,
    pages: [forward.length, backward.length],
    forward: idsOf(forward),
    second: idsOf([second]),
    backward: idsOf([...backward, last]),
  }).toEqual({
    question,
    pages: [Math.min(pages, MOST_PAGES + 1), Math.min(pages - 1, MOST_PAGES)],
    forward: expected.slice(0, forward.length * limit),
    second: expected.slice(limit, 2 * limit),
    backward: expected.slice((pages - 1 - backward.length) * limit),
  });
  for (const { pagination } of [...forward, second]) {
    // How near estimates are is told by the tests of totals.
    if (pagination.countMode === 'exact') expect(pagination.totalItems).toBe(expected.length);
  }
  expect(last.pagination).toMatchObject({ countMode: 'exact', totalItems: expected.length });
};

describe('the pages of a search', () => {
  it.each(SEARCHES)('hold every match in its place, from either end: %j', async (search) => {
    const questions = questionsOf(search, SEARCHES.indexOf(search));
    for (const question of questions) await expectPages(question);
  });
});

/** Its name in the log, which its text has, too. */
const labelOf = ({ text }: SentStatement): string => /^\s*\w+ \/\* (\S+) \*\//.exec(text)?.[1] ?? '';

/** How a statement looks for a page: along the list, further along it, along a status, or by the index, for all terms or some. */
const wayOf = (sent: SentStatement): string[] => {
  const label = labelOf(sent);
  if (label === 'jobs.search-walk') return ['walk'];
  if (label === 'jobs.search-walk-on') return ['walk further'];
  if (label === 'jobs.search-collect')
    return [sent.text.includes('ts_match_vq') ? 'collect by some' : 'collect'];
  return label === 'jobs.search-columns' ? ['along the status'] : [];
};

describe('a page of a search', () => {
  it.each<[Question, string[]]>([
    [{ q: 'engineer', limit: '20' }, ['walk']],
    [{ q: 'sixteenth', limit: '20' }, ['walk', 'walk further']],
    [{ q: 'engineer', limit: '1' }, ['walk']],
    [{ q: 'seldom', limit: '3' }, ['walk']],
    [{ q: 'common', status: 'interview', limit: '20' }, ['walk', 'along the status']],
    [{ q: 'engineer', status: 'ghosted', limit: '20' }, ['walk', 'along the status']],
    [{ q: 'trio', limit: '20' }, ['walk', 'collect']],
    [{ q: 'fresh', limit: '20' }, ['walk', 'walk further', 'collect']],
    [{ q: 'left right', limit: '20' }, ['walk', 'collect by some']],
    [{ q: 'engineer', tags: 'mars,remote', limit: '20' }, ['walk', 'collect by some']],
  ])('is found the way that suits the words: %j', async (question, ways) => {
    const pages: AnsweredPage[] = [];
    const sent = await statementsOf(app.app.get(Database).pool, async () => {
      pages.push(await readPage(api, question));
    });
    expect(sent.flatMap(wayOf)).toEqual(ways);
    expect(idsOf(pages)).toEqual((await matchesOf(question)).slice(0, Number(question.limit)));
  });
});

describe('the total of a search', () => {
  it.each<[Question, boolean]>([
    [{ workflow: 'application', status: 'ghosted', limit: '19' }, false],
    [{ workflow: 'application', status: 'ghosted', limit: '19', count: 'exact' }, false],
    [{ q: 'engineer', status: 'ghosted', limit: '19' }, true],
    [{ q: 'sixteenth', limit: '19', count: 'none' }, false],
  ])('is looked for only where the page does not tell it: %j', async (question, looked) => {
    const sent = await statementsOf(app.app.get(Database).pool, () => readPage(api, question));
    const labels = sent.map(labelOf).filter((label) => /^jobs\.(all|sample|count|estimate)$/.test(label));
    // Not from the cache.
    expect(sent.map(labelOf)).toContain('jobs.search-walk');
    expect(labels.length > 0).toBe(looked);
  });

  it('is told from the counts where they know it, also of a page that was found by the index', async () => {
    // None of the newest jobs has been ghosted.
    const question = { workflow: 'application', status: 'ghosted', limit: '20' };
    const expected = await matchesOf(question);
    expect(expected.length).toBeGreaterThan(1000);
    const { data, pagination } = await readPage(api, question);
    expect(data.map(({ id }) => id)).toEqual(expected.slice(0, 20));
    expect(pagination).toMatchObject({ countMode: 'exact', totalItems: expected.length });
  });
});

describe('a search by one of two whose words lie together in the index', () => {
  it.each<Question>([
    { q: 'trio', limit: '100' },
    { q: 'rare eng', limit: '100' },
    { q: 'left right', sort: 'createdAt', limit: '1' },
    { q: 'trio', sort: 'title', limit: '2' },
    { q: 'rare', status: 'applied', limit: '20' },
    { q: 'eng', status: 'interview', limit: '3' },
    { q: 'sixteenth', limit: '3' },
    { tags: 'mars', archived: 'all', limit: '100' },
  ])('shows and counts the jobs of that one only: %j', async (search) => {
    for (const { user } of [api, neighbour]) {
      const own = new JobApi(app, user);
      const { limit, ...filter } = search;
      const expected = await searchedIds(app, user.user.id, { ...filter, sort: '-createdAt' });
      for (const count of ['auto', 'exact']) {
        const { data, pagination } = await readPage(own, { ...search, count });
        expect(data).toHaveLength(Math.min(expected.length, Number(limit)));
        expect(expected).toEqual(expect.arrayContaining(data.map(({ id }) => id)));
        expect(pagination).toMatchObject({ totalItems: expected.length, countMode: 'exact' });
      }
    }
  });
});
