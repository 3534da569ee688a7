import { randomUUID } from 'node:crypto';
import { CACHED_ROUTES, outcome, startCachingApp, type CachingApp } from '../support/caching-app';
import { expectProblem } from '../support/expect-problem';
import { JobApi, type AnsweredJob } from '../support/job-api';
import { startTestApp, type TestRequest, type TestResponse } from '../support/test-app';

const ORIGIN = 'https://jobs.example.com';

let app: CachingApp;
let api: JobApi;
let job: AnsweredJob;

beforeAll(async () => {
  app = await startCachingApp({ CORS_ORIGINS: ORIGIN });
  api = await JobApi.ofNewUser(app);
  const today = new Date().toISOString().slice(0, 10);
  job = await api.create({ title: 'Programmer', deadline: today, tags: ['mathematics'] });
});
afterAll(() => app.close());
beforeEach(() => app.evict());

const call = (method: string, path: string, request: TestRequest = {}): Promise<TestResponse> =>
  app.request(method, path.replace('{id}', job.id), { token: api.user.token, ...request });

const get = (path: string, request?: TestRequest): Promise<TestResponse> => call('GET', path, request);

const outcomes = async (...paths: string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const path of paths) found.push(outcome(await get(path)));
  return found;
};

/** Headers of this very answer, or of its connection. */
const OF_THIS_ONE = new Set(['x-cache', 'x-request-id', 'date', 'connection', 'keep-alive']);

const headersOf = ({ headers }: TestResponse): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !OF_THIS_ONE.has(name)));

describe.each(CACHED_ROUTES)('GET %s', (path) => {
  it('is read once, and then answered from the cache with the same bytes', async () => {
    const first = await get(path);
    const second = await get(path);
    expect([outcome(first), outcome(second)]).toEqual(['200 MISS', '200 HIT']);
    expect(second.text).toBe(first.text);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('etag')).toMatch(/^"[\w-]+"$/);
  });

  it.each([
    ['plain', {}],
    ['to a page of another origin', { origin: ORIGIN }],
    ['without compression', { 'accept-encoding': 'identity' }],
    ['to a client that has it', { 'if-none-match': '*', origin: ORIGIN }],
  ])('has the same headers from the cache as from the database: %s', async (_name, headers) => {
    const sent = { headers: headers as Record<string, string> };
    const miss = await get(path, sent);
    await get(path);
    const hit = await get(path, sent);
    expect(outcome(hit)).toMatch(/HIT$/);
    expect(hit.status).toBe(miss.status);
    expect(headersOf(hit)).toEqual(headersOf(miss));
    expect(hit.headers.get('vary')?.split(/,\s*/)).toContain('Accept-Encoding');
    expect(hit.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('names the request that a hit answers', async () => {
    await get(path);
    const ids = [await get(path), await get(path)].map(({ headers }) => headers.get('x-request-id'));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).not.toBe(ids[0]);
  });

  it('is the same with a slash at the end', async () => {
    expect(await outcomes(path, `${path}/`, `${path}?`, `${path}/?`)).toEqual([
      '200 MISS',
      '200 HIT',
      '200 HIT',
      '200 HIT',
    ]);
  });

  it('answers HEAD like GET, without the body', async () => {
    const read = await get(path);
    const head = await call('HEAD', path);
    expect([outcome(head), head.text]).toEqual(['200 HIT', '']);
    expect(headersOf(head)).toEqual(headersOf(read));
    app.evict();
    const missed = await call('HEAD', path);
    expect([outcome(missed), missed.text]).toEqual(['200 MISS', '']);
    expect(headersOf(missed)).toEqual(headersOf(read));
    const unchanged = await call('HEAD', path, {
      headers: { 'if-none-match': String(read.headers.get('etag')) },
    });
    expect([outcome(unchanged), unchanged.text]).toEqual(['304 HIT', '']);
  });

  it('is not for callers without a valid token, also when it is cached', async () => {
    await get(path);
    for (const token of [undefined, 'not-a-token', `${api.user.token}x`]) {
      const answer = await get(path, { token });
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('x-cache')).not.toBe('HIT');
    }
  });
});

describe('Two users', () => {
  it.each(CACHED_ROUTES.filter((path) => !path.includes('workflows')))('never share %s', async (path) => {
    const other = await JobApi.ofNewUser(app);
    const own = await get(path);
    expect(outcome(await get(path))).toBe('200 HIT');
    for (let time = 0; time < 2; time++) {
      const seen = await get(path, { token: other.user.token });
      if (path.includes('{id}')) expectProblem(seen, 404, 'not_found');
      else {
        expect(outcome(seen)).toBe(time === 0 ? '200 MISS' : '200 HIT');
        expect(seen.text).not.toBe(own.text);
        expect(seen.text).not.toContain(job.id);
      }
    }
  });

  it('share the workflows, which are everyone’s', async () => {
    const other = await JobApi.ofNewUser(app);
    await get('/api/workflows');
    expect(outcome(await get('/api/workflows', { token: other.user.token }))).toBe('200 HIT');
  });
});

describe('An admin', () => {
  it('who asks for the jobs of another is answered past the cache, and so is who asks for their own', async () => {
    const admin = await app.registerAdmin();
    for (const ownerId of [api.user.user.id, admin.user.id]) {
      const path = `/api/jobs?ownerId=${ownerId}`;
      for (let time = 0; time < 2; time++)
        expect(outcome(await get(path, { token: admin.token }))).toBe('200 BYPASS');
    }
    const { body } = await get(`/api/jobs?ownerId=${api.user.user.id}`, { token: admin.token });
    expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([job.id]);
    await api.patch(job.id, { title: 'Seen at once' });
    const after = await get(`/api/jobs?ownerId=${api.user.user.id}`, { token: admin.token });
    expect(after.text).toContain('Seen at once');
  });
});

describe('The parameters', () => {
  it('may come in any order', async () => {
    expect(
      await outcomes(
        '/api/jobs?limit=5&sort=title&count=none',
        '/api/jobs?count=none&sort=title&limit=5',
        '/api/jobs/?sort=title&count=none&limit=5',
      ),
    ).toEqual(['200 MISS', '200 HIT', '200 HIT']);
  });

  it('tell answers apart', async () => {
    const different = [
      '/api/jobs',
      '/api/jobs?limit=5',
      '/api/jobs?limit=6',
      '/api/jobs?page=2',
      '/api/jobs?sort=title',
      '/api/jobs?sort=-title',
      '/api/jobs?q=abc',
      '/api/jobs?company=abc',
      '/api/jobs?company=ABC',
      '/api/jobs?tags=a,b',
      '/api/jobs?tags=a%26b',
      `/api/jobs/${job.id}/status-events?limit=5`,
      `/api/jobs/${job.id}/statuses?limit=6`,
      '/api/jobs/upcoming-deadlines?days=5',
      '/api/jobs/upcoming-deadlines?limit=5',
    ];
    expect(await outcomes(...different)).toEqual(different.map(() => '200 MISS'));
    expect(await outcomes(...different)).toEqual(different.map(() => '200 HIT'));
  });

  it('are told apart also where they are no text in UTF-8', async () => {
    const replacement = '%EF%BF%BD'.repeat(2);
    await api.create({ title: 'Odd', company: '\uFFFD\uFFFD' });
    const found = await get(`/api/jobs?company=${replacement}`);
    const notFound = await get('/api/jobs?company=%FF%FF');
    expect(outcome(notFound)).not.toBe('200 HIT');
    expect(notFound.text).not.toBe(found.text);
  });
});

describe('Never cached', () => {
  it.each([
    ['a job that is not there', `/api/jobs/${randomUUID()}`, 404],
    ['its history', `/api/jobs/${randomUUID()}/status-events`, 404],
    ['a workflow that is not there', '/api/workflows/nothing', 404],
    ['a parameter that is not valid', '/api/jobs?limit=0', 400],
    ['an unknown parameter', '/api/profile?x=1', 400],
    ['a page too deep', '/api/jobs?page=100000', 400],
  ])('is an error: %s', async (_name, path, status) => {
    for (let time = 0; time < 2; time++) {
      for (const headers of [{}, { 'if-none-match': '*' }] as Record<string, string>[]) {
        const answer = await get(path, { headers });
        expect([answer.status, answer.headers.get('x-cache'), answer.headers.get('etag')]).toEqual([
          status,
          null,
          null,
        ]);
      }
    }
    expect(app.answers.memory.use.keys).toBe(0);
  });

  it.each(['/api/jobs?paginate=false', '/api/jobs/export', '/api/jobs/export?format=csv'])(
    'is a stream: %s',
    async (path) => {
      for (let time = 0; time < 2; time++) {
        const answer = await get(path);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('x-cache')).toBe(path.includes('export') ? null : 'BYPASS');
      }
      expect(app.answers.memory.use.keys).toBe(0);
    },
  );

  it('is anything with CACHE_ENABLED=false, but there are ETags all the same', async () => {
    const without = await startTestApp({ CACHE_ENABLED: 'false' });
    try {
      const own = await JobApi.ofNewUser(without);
      const { id } = await own.create();
      for (const path of CACHED_ROUTES.map((each) => each.replace('{id}', id))) {
        const { token } = own.user;
        const first = await without.request('GET', path, { token });
        const etag = String(first.headers.get('etag'));
        const second = await without.request('GET', path, { token });
        expect([outcome(first), outcome(second)]).toEqual(['200 BYPASS', '200 BYPASS']);
        expect(second.headers.get('etag')).toBe(etag);
        const unchanged = await without.request('GET', path, { token, headers: { 'if-none-match': etag } });
        expect([outcome(unchanged), unchanged.text]).toEqual(['304 BYPASS', '']);
      }
    } finally {
      await without.close();
    }
  });
});
