import { randomUUID } from 'node:crypto';
import { startCachingApp } from '../support/caching-app';
import { from, newClient, remaining, spend, startLimitedApp, told, type Call } from '../support/rate-limited';
import { startTestApp, TEST_PASSWORD, type TestApp, type TestResponse } from '../support/test-app';

describe('By default a client', () => {
  let app: TestApp;
  beforeAll(async () => (app = await startLimitedApp()));
  afterAll(() => app.close());

  it('has 60 requests a minute over all routes together, and the 61st is refused', async () => {
    const client = newClient();
    const { token } = (
      await from(app, client, {
        method: 'POST',
        path: '/api/auth/register',
        body: { email: `${randomUUID()}@example.com`, password: TEST_PASSWORD },
      })
    ).body as { token: string };
    const calls: Call[] = [
      { path: '/api/jobs', token },
      { path: '/api/profile', token },
      { path: '/api/workflows', token },
      { path: '/api/jobs' },
      { path: '/api/nowhere' },
      { method: 'POST', path: '/api/jobs', token, body: { title: 'A job' } },
    ];
    for (let sent = 1; sent < 60; sent += 1) {
      const answer = await from(app, client, calls[sent % calls.length]);
      expect([answer.status < 429, ...told(answer).slice(0, 2)]).toEqual([true, 60, 59 - sent]);
    }
    const refused = await from(app, client, calls[0]);
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(refused.body).toMatchObject({ title: 'Too Many Requests', status: 429, instance: '/api/jobs' });
    const [limit, left, reset] = told(refused);
    expect([limit, left]).toEqual([60, 0]);
    expect(reset).toBeGreaterThan(0);
    expect(reset).toBeLessThanOrEqual(60);
    expect(refused.headers.get('retry-after')).toBe(String(reset));
    // Another client is not concerned.
    expect((await from(app, newClient(), { path: '/api/jobs', token })).status).toBe(200);
  });

  it('is refused on every route then, but not by the probes of health', async () => {
    const client = newClient();
    await spend(app, client, 60);
    for (const path of ['/api/nowhere', '/api/jobs', '/api/docs', '/api/docs-json', '/']) {
      const answer = await from(app, client, { path });
      expect([path, answer.status, answer.body.code]).toEqual([path, 429, 'rate_limited']);
    }
    for (let time = 0; time < 3; time += 1) {
      const alive = await from(app, client, { path: '/api/health/live' });
      expect([alive.status, ...told(alive)]).toEqual([200, undefined, undefined, undefined]);
    }
  });

  it('spends one request on the page of the documentation, whatever it loads', async () => {
    const client = newClient();
    const page = await from(app, client, { path: '/api/docs' });
    expect([page.status, remaining(page)]).toEqual([200, 59]);
    for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'swagger-ui-init.js']) {
      const answer = await from(app, client, { path: `/api/docs/${file}` });
      expect([file, answer.status, remaining(answer)]).toEqual([file, 200, undefined]);
    }
    expect(remaining(await from(app, client, { path: '/api/docs-json' }))).toBe(58);
  });
});

describe('Every counted answer tells what is left', () => {
  let app: TestApp;
  let token: string;
  beforeAll(async () => {
    app = await startCachingApp({ RATE_LIMIT_ENABLED: 'true', TRUST_PROXY: '1', MAX_BODY_BYTES: '65536' });
    ({ token } = await app.register());
  });
  afterAll(() => app.close());

  const problems: [string, number, () => Call][] = [
    ['no token', 401, () => ({ path: '/api/jobs' })],
    ['a token that is none', 401, () => ({ path: '/api/jobs', token: 'x' })],
    ['a query that is wrong', 400, () => ({ path: '/api/jobs?limit=x', token })],
    ['no such job', 404, () => ({ path: `/api/jobs/${randomUUID()}`, token })],
    ['no such route', 404, () => ({ path: '/api/nothing/here' })],
    ['no such method', 404, () => ({ method: 'DELETE', path: '/api/workflows', token })],
    ['a body that is no JSON', 400, () => ({ method: 'POST', path: '/api/jobs', token, body: '{' })],
    [
      'a body of another type',
      415,
      () => ({
        method: 'POST',
        path: '/api/jobs',
        token,
        body: '<a/>',
        headers: { 'content-type': 'text/xml' },
      }),
    ],
    [
      'a body that is too large',
      413,
      () => ({ method: 'POST', path: '/api/jobs', token, body: { title: 'x'.repeat(70_000) } }),
    ],
    [
      'a failed login',
      401,
      () => ({
        method: 'POST',
        path: '/api/auth/login',
        body: { email: 'nobody@example.com', password: 'not the one' },
      }),
    ],
    ['a stream', 200, () => ({ path: '/api/jobs/export', token })],
    ['a list without pages', 200, () => ({ path: '/api/jobs?paginate=false', token })],
    ['only the head', 200, () => ({ method: 'HEAD', path: '/api/jobs', token })],
  ];
  it.each(problems)('where there is %s', async (_what, status, call) => {
    const client = newClient();
    for (const left of [59, 58]) {
      const answer = await from(app, client, call());
      expect([answer.status, ...told(answer).slice(0, 2)]).toEqual([status, 60, left]);
    }
  });

  it('where it comes from the cache, or has not changed', async () => {
    const client = newClient();
    const call: Call = { path: '/api/jobs?limit=3', token };
    const outcomes: unknown[] = [];
    const note = (answer: TestResponse): void => {
      outcomes.push([answer.status, answer.headers.get('x-cache'), remaining(answer)]);
    };
    const first = await from(app, client, call);
    note(first);
    note(await from(app, client, call));
    note(await from(app, client, { ...call, headers: { 'if-none-match': first.headers.get('etag')! } }));
    expect(outcomes).toEqual([
      [200, 'MISS', 59],
      [200, 'HIT', 58],
      [304, 'HIT', 57],
    ]);
    await spend(app, client, 57);
    expect((await from(app, client, call)).status).toBe(429);
  });

  it('(but nothing from the cache is for who is not logged in)', async () => {
    for (const path of ['/api/workflows', '/api/workflows/application', '/api/jobs', '/api/profile']) {
      await app.request('GET', path, { token });
      expect((await app.request('GET', path, { token })).headers.get('x-cache')).toBe('HIT');
      expect([path, (await app.request('GET', path)).status]).toEqual([path, 401]);
      expect([path, (await app.request('GET', path, { token: `${token}x` })).status]).toEqual([path, 401]);
    }
  });

  it('of the tighter window', async () => {
    const hourly = await startLimitedApp({ RATE_LIMIT_PER_MINUTE: '5', RATE_LIMIT_PER_HOUR: '3' });
    try {
      const client = newClient();
      const [limit, left, reset] = told(await from(hourly, client));
      expect([limit, left]).toEqual([3, 2]);
      expect(reset).toBeGreaterThan(3_590);
      await spend(hourly, client, 2);
      const refused = await from(hourly, client, { path: '/api/jobs' });
      expect([refused.status, ...told(refused).slice(0, 2)]).toEqual([429, 3, 0]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_590);
    } finally {
      await hourly.close();
    }
  });
});

describe('A request too many', () => {
  it('is refused before its body is read', async () => {
    const app = await startLimitedApp({ RATE_LIMIT_PER_MINUTE: '1' });
    try {
      const client = newClient();
      await spend(app, client, 1);
      const refused = await from(app, client, { method: 'POST', path: '/api/jobs', body: '{' });
      expect(refused.status).toBe(429);
    } finally {
      await app.close();
    }
  });

  it('does not prolong the window', async () => {
    const app = await startLimitedApp({ RATE_LIMIT_PER_MINUTE: '2' });
    try {
      const client = newClient();
      await spend(app, client, 2);
      const resets = (await spend(app, client, 20)).map((answer) => told(answer)[2]!);
      expect(Math.max(...resets)).toBeLessThanOrEqual(60);
      expect(resets).toEqual([...resets].sort((a, b) => b - a));
    } finally {
      await app.close();
    }
  });
});

describe('RATE_LIMIT_TRACKER=user', () => {
  it('counts each user apart from wherever they come, and others by address', async () => {
    const app = await startLimitedApp({ RATE_LIMIT_TRACKER: 'user', RATE_LIMIT_PER_MINUTE: '3' });
    try {
      const client = newClient();
      const register = async (): Promise<string> => {
        const email = `${randomUUID()}@example.com`;
        const body = { email, password: TEST_PASSWORD };
        const path = '/api/auth/register';
        return String((await from(app, newClient(), { method: 'POST', path, body })).body.token);
      };
      const [one, two] = [await register(), await register()];
      const statuses: number[] = [];
      for (const token of [one, one, one, two, two, two, one, two])
        statuses.push((await from(app, client, { path: '/api/profile', token })).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
      // Also from another address.
      expect((await from(app, newClient(), { path: '/api/profile', token: one })).status).toBe(429);
      // A token that is not valid names nobody.
      const guesses = [];
      for (let time = 0; time < 4; time += 1)
        guesses.push((await from(app, client, { path: '/api/profile', token: `guess-${time}` })).status);
      expect(guesses).toEqual([401, 401, 401, 429]);
    } finally {
      await app.close();
    }
  });
});

describe('RATE_LIMIT_ENABLED=false', () => {
  it('limits nobody and says nothing of limits', async () => {
    const app = await startTestApp({ RATE_LIMIT_ENABLED: 'false', RATE_LIMIT_PER_MINUTE: '1' });
    try {
      for (let time = 0; time < 3; time += 1) {
        const answer = await app.request('GET', '/api/nowhere');
        expect([answer.status, ...told(answer)]).toEqual([404, undefined, undefined, undefined]);
      }
    } finally {
      await app.close();
    }
  });
});

describe('The brake on failed logins', () => {
  it('holds beside the limits, and tells how long it lasts itself', async () => {
    const app = await startLimitedApp();
    try {
      const client = newClient();
      const { user } = await app.register();
      const login = (password: string) =>
        from(app, client, { method: 'POST', path: '/api/auth/login', body: { email: user.email, password } });
      for (let time = 0; time < 10; time += 1) expect((await login('not the password')).status).toBe(401);
      const paused = await login(TEST_PASSWORD);
      expect([paused.status, paused.body.code, remaining(paused)]).toEqual([429, 'rate_limited', 49]);
      expect(Number(paused.headers.get('retry-after'))).toBeGreaterThan(14 * 60);
    } finally {
      await app.close();
    }
  });
});
