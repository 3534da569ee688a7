import { expectProblem } from '../support/expect-problem';
import { parseMetrics, scrape } from '../support/metrics/scrape';
import { startTestApp, type TestApp, type TestResponse } from '../support/test-app';

const TOKEN = 'a-token-for-prometheus-0123456789';

const PRODUCTION = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  SECRET_KEY: 'a-secret-key-of-production-0123456789',
};

let app: TestApp;
afterEach(() => app.close());

const read = (headers: Record<string, string> = {}, method = 'GET'): Promise<TestResponse> =>
  app.request(method, '/metrics', { headers });

describe('/metrics', () => {
  it('is open outside of production, in the text format, uncached, and not counted against any limit', async () => {
    app = await startTestApp({
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_PER_MINUTE: '2',
      METRICS_TOKEN: TOKEN,
    });
    for (let times = 0; times < 5; times += 1) {
      const { status, headers, text } = await read();
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-ratelimit-limit')).toBeNull();
      expect(parseMetrics(text).sum('jobtrail_build_info')).toBe(1);
    }
    expect((await app.request('GET', '/metrics/')).status).toBe(200);
    expect(await read({}, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expectProblem(await app.request('GET', '/api/metrics'), 404, 'not_found');
  });

  it('takes what a scrape may add to its address', async () => {
    app = await startTestApp();
    expect((await app.request('GET', '/metrics?collect[]=http')).status).toBe(200);
  });

  it('demands the token in production, and nothing but the token', async () => {
    app = await startTestApp({ ...PRODUCTION, METRICS_TOKEN: TOKEN });
    const user = await app.register();
    expect((await read({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await read({ authorization: `bearer ${TOKEN}` })).status).toBe(200);
    for (const authorization of [
      undefined,
      '',
      'Bearer ',
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN}0`,
      `Bearer ${TOKEN.toUpperCase()}`,
      `Basic ${Buffer.from(`prometheus:${TOKEN}`).toString('base64')}`,
      `Bearer ${user.token}`,
      TOKEN,
    ]) {
      const answer = await read(authorization === undefined ? {} : { authorization });
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.text).not.toContain('active_sessions');
      expect(answer.text).not.toContain(TOKEN);
    }
    // Nor does the token open anything else.
    expect((await app.request('GET', '/api/jobs', { token: TOKEN })).status).toBe(401);
  });

  it('is not there in production where no token is configured', async () => {
    app = await startTestApp(PRODUCTION);
    expectProblem(await read(), 404, 'not_found');
    expectProblem(await read({ authorization: 'Bearer undefined' }), 404, 'not_found');
    expectProblem(await read({ authorization: 'Bearer ' }), 404, 'not_found');
  });

  it('is not there where metrics are switched off, and then nothing is measured', async () => {
    app = await startTestApp({ METRICS_ENABLED: 'false' });
    expectProblem(await read(), 404, 'not_found');
    await app.request('GET', '/api/health/live');
    const { MetricsRegistry } = await import('../../src/platform/metrics');
    const { series } = parseMetrics(await app.app.get(MetricsRegistry).text());
    expect(series.filter(({ name }) => /^(request_duration|db_query_time)/.test(name))).toEqual([]);
  });

  it('is measured like any other request', async () => {
    app = await startTestApp();
    await scrape(app);
    const second = await scrape(app);
    expect(second.sum('request_duration_seconds_count', { route: '/metrics' })).toBe(1);
  });
});
