import { Database } from '../../src/platform/database';
import { SkillBounds } from '../../src/skills/skill-bounds';
import { outcome, startCachingApp, type CachingApp } from '../support/caching-app';
import { expectProblem } from '../support/expect-problem';
import { JobApi } from '../support/job-api';
import { statementsOf } from '../support/list/explain';
import { insertTaggedJobs } from '../support/tagged-jobs';
import type { TestRequest, TestResponse, TestUser } from '../support/test-app';

const MINUTE = 60_000;

let app: CachingApp;
beforeAll(async () => {
  app = await startCachingApp();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.close());

const skills = (
  { token }: Pick<TestUser, 'token'>,
  query: Record<string, string> | string = {},
  request: TestRequest = {},
): Promise<TestResponse> => {
  const search = typeof query === 'string' ? query : new URLSearchParams(query).toString();
  return app.request('GET', `/api/skills${search === '' ? '' : `?${search}`}`, { token, ...request });
};

/** A new user whose jobs have these tags. */
const userWith = async (...tags: string[][]): Promise<TestUser> => {
  const user = await app.register();
  await insertTaggedJobs(
    app,
    user.user.id,
    tags.map((each) => ({ tags: each })),
  );
  return user;
};

const namesOf = ({ body }: TestResponse): string[] =>
  (body as { data: { name: string }[] }).data.map(({ name }) => name);

const now = Date.now.bind(Date);

/** Sets the clock of the program forward, by so much from what it really is. */
const setForward = (milliseconds: number): void => {
  jest.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
};

describe('GET /api/skills', () => {
  it("gives the tags of the caller's jobs, most jobs first, then by name, in the usual spelling", async () => {
    const user = await userWith(['Remote', 'go'], ['remote', 'b'], ['Remote', 'remote', 'a'], []);
    const { status, body } = await skills(user);
    expect([status, body]).toEqual([
      200,
      {
        data: [
          { name: 'Remote', count: 3 },
          { name: 'a', count: 1 },
          { name: 'b', count: 1 },
          { name: 'go', count: 1 },
        ],
        approximate: false,
      },
    ]);
  });

  it('gives none to whom has none', async () => {
    expect((await skills(await app.register())).body).toEqual({ data: [], approximate: false });
  });

  it('leaves archived jobs out, and counts what the list finds by the tag', async () => {
    const api = await JobApi.ofNewUser(app);
    await api.create({ tags: ['Été', 'x'] });
    await api.create({ tags: ['ÉTÉ'] });
    const { id } = await api.create({ tags: ['été', 'gone'] });
    await api.call('POST', `/${id}/archive`, {});
    const { body } = await skills(api.user);
    expect(body.data).toEqual([
      { name: 'ÉTÉ', count: 2 },
      { name: 'x', count: 1 },
    ]);
    for (const { name, count } of body.data as { name: string; count: number }[]) {
      const found = await api.get(`?tags=${encodeURIComponent(name)}&count=exact`);
      expect([name, found.body.pagination.totalItems]).toEqual([name, count]);
    }
  });

  it('gives 20, or as many as `limit` says, of those that begin with `prefix`', async () => {
    const many = Array.from({ length: 30 }, (_each, n) => `tag ${String(n).padStart(2, '0')}`);
    const user = await userWith(many, ['other']);
    expect(namesOf(await skills(user))).toHaveLength(20);
    expect(namesOf(await skills(user, { limit: '100' }))).toHaveLength(31);
    expect(namesOf(await skills(user, { prefix: ' TAG 1', limit: '3' }))).toEqual([
      'tag 10',
      'tag 11',
      'tag 12',
    ]);
    expect(namesOf(await skills(user, { prefix: 'other' }))).toEqual(['other']);
    expect(namesOf(await skills(user, { prefix: '' }))).toHaveLength(20);
  });

  it('takes every character of `prefix` as it is', async () => {
    const names = ['100%', 'a_b', 'axb', 'c\\d', "o'x", '日本', 'e\u0301', '🦀 rust'];
    const user = await userWith(names);
    const prefixes = ['%', '_', '\\', '100%', 'a_', 'c\\', "o'", '日', 'e\u0301', '🦀', '*', '.', '\u001f'];
    const found = await Promise.all(prefixes.map(async (prefix) => namesOf(await skills(user, { prefix }))));
    expect(found).toEqual([
      ...[[], [], [], ['100%'], ['a_b'], ['c\\d'], ["o'x"], ['日本'], ['e\u0301'], ['🦀 rust']],
      ...[[], [], []],
    ]);
  });

  it.each([
    ['prefix', `prefix=${'x'.repeat(51)}`],
    ['prefix', `prefix=${'x'.repeat(300)}`],
    ['prefix', 'prefix=a%00b'],
    ['prefix', 'prefix=a&prefix=b'],
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=2.5'],
    ['limit', 'limit=many'],
    ['ownerId', 'ownerId=0197f3c0-11aa-7b40-93ce-5c9b0a6f2d10'],
  ])('refuses a wrong %s: %s', async (field, query) => {
    const answer = await skills(await app.register(), query);
    expectProblem(answer, 400, 'validation_failed');
    const { errors } = answer.body as { errors: { field: string }[] };
    const fields = errors.map((error) => error.field);
    expect([...new Set(fields)]).toEqual([field]);
  });

  it('takes a prefix of 50 characters, however many bytes they have', async () => {
    const name = '🦀'.repeat(50);
    expect(namesOf(await skills(await userWith([name]), { prefix: name }))).toEqual([name]);
  });

  it('says when the counts are estimates', async () => {
    const bounds = app.app.get(SkillBounds);
    bounds.exactUpTo = 99;
    try {
      const user = await userWith(...Array.from({ length: 100 }, () => ['a']));
      expect((await skills(user)).body.approximate).toBe(true);
    } finally {
      Object.assign(bounds, new SkillBounds());
    }
  });
});

describe("Another user's tags", () => {
  it('are never told, from the database or from the cache, nor to an admin', async () => {
    const [one, other] = [await userWith(['secret of one', 'both']), await userWith(['both'], ['both'])];
    const admin = await app.registerAdmin();
    for (let time = 0; time < 2; time++) {
      expect(namesOf(await skills(one))).toEqual(['both', 'secret of one']);
      expect((await skills(other)).body.data).toEqual([{ name: 'both', count: 2 }]);
      expect((await skills(other, { prefix: 'secret' })).body.data).toEqual([]);
      expect((await skills(admin)).body.data).toEqual([]);
    }
  });
});

describe('The cache of skills', () => {
  const tablesRead = async (work: () => Promise<unknown>): Promise<number> =>
    (await statementsOf(app.app.get(Database).pool, work)).filter(({ name }) => name?.startsWith('skills.'))
      .length;

  it('has the answer the second time, under an ETag that names it', async () => {
    const user = await userWith(['a']);
    const [first, second] = [await skills(user), await skills(user)];
    expect([outcome(first), outcome(second), second.text]).toEqual(['200 MISS', '200 HIT', first.text]);
    const etag = String(first.headers.get('etag'));
    const unchanged = await skills(user, {}, { headers: { 'if-none-match': etag } });
    expect([outcome(unchanged), unchanged.text]).toEqual(['304 HIT', '']);
    expect(outcome(await skills(user, {}, { headers: { 'if-none-match': '"other"' } }))).toBe('200 HIT');
  });

  it('counts once for all prefixes', async () => {
    const user = await userWith(['apple', 'pear']);
    const read = await tablesRead(async () => {
      for (const prefix of ['a', 'p', 'pe', 'x'])
        expect(outcome(await skills(user, { prefix }))).toBe('200 MISS');
    });
    expect(read).toBe(1);
  });

  it('may be ten minutes behind, and not more: also what was asked for first in the ninth', async () => {
    const api = await JobApi.ofNewUser(app);
    await api.create({ tags: ['first'] });
    expect(namesOf(await skills(api.user))).toEqual(['first']);
    await api.create({ tags: ['second'] });
    const again = await skills(api.user);
    expect([outcome(again), namesOf(again)]).toEqual(['200 HIT', ['first']]);
    setForward(9 * MINUTE);
    const other = await skills(api.user, { limit: '5' });
    expect([outcome(other), namesOf(other)]).toEqual(['200 MISS', ['first']]);
    setForward(10 * MINUTE);
    for (const query of [{}, { limit: '5' }] as Record<string, string>[]) {
      const late = await skills(api.user, query);
      expect([outcome(late), namesOf(late)]).toEqual(['200 MISS', ['first', 'second']]);
    }
  });
});
