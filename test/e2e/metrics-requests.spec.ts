import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { startCachingApp, until, type CachingApp } from '../support/caching-app';
import { eventually } from '../support/eventually';
import { scrape, type Scrape } from '../support/metrics/scrape';
import { type TestUser } from '../support/test-app';

const DURATION = 'request_duration_seconds';

let app: CachingApp;
let user: TestUser;

beforeAll(async () => {
  app = await startCachingApp();
  user = await app.register();
});
afterAll(() => app.close());

/** Requests counted since `before`, by route, method and class of status. */
const countsSince = (before: Scrape, after: Scrape): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { name, labels } of after.series) {
    if (name !== `${DURATION}_count`) continue;
    const grown = after.sum(name, labels) - before.sum(name, labels);
    // Asking for the metrics counts too.
    if (grown > 0 && labels.route !== '/metrics')
      counts[`${labels.method} ${labels.route} ${labels.status_class}`] = grown;
  }
  return counts;
};

/** What `act` is counted as. An answer is counted a moment after its client has it. */
const counted = async (act: () => Promise<unknown>, expected: Record<string, number>): Promise<void> => {
  const before = await scrape(app);
  await act();
  const total = Object.values(expected).reduce((sum, count) => sum + count, 0);
  const counts = await eventually(
    async () => countsSince(before, await scrape(app)),
    (found) => Object.values(found).reduce((sum, count) => sum + count, 0) >= total,
  );
  expect(counts).toEqual(expected);
};

/** A request as no well-behaved client sends it. */
const raw = async (method: string, path: string): Promise<number | undefined> => {
  const outgoing = send(app.url, { method, path, agent: false });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  await once(incoming, 'end');
  return incoming.statusCode;
};

const get = (path: string, headers: Record<string, string> = {}) =>
  app.request('GET', path, { token: user.token, headers });

describe('The time of a request', () => {
  it('is counted by the template of its route, its method and the class of its status', () =>
    counted(
      async () => {
        const made = await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'A' } });
        const { id } = made.body as { id: string };
        await get(`/api/jobs/${id}`);
        await get(`/api/jobs/${id}/`);
        await app.request('HEAD', `/api/jobs/${id}`, { token: user.token });
        await app.request('PATCH', `/api/jobs/${id}`, { token: user.token, body: { nonsense: 1 } });
        await app.request('DELETE', `/api/jobs/${id}`, { token: user.token });
        await get(`/api/jobs/${id}/status-events`);
      },
      {
        'POST /api/jobs 2xx': 1,
        'GET /api/jobs/{id} 2xx': 2,
        'HEAD /api/jobs/{id} 2xx': 1,
        'PATCH /api/jobs/{id} 4xx': 1,
        'DELETE /api/jobs/{id} 2xx': 1,
        'GET /api/jobs/{id}/status-events 4xx': 1,
      },
    ));

  it('is counted where the cache answers ahead of the pipeline, and where the client has the answer', async () => {
    await counted(
      async () => {
        const { headers } = await get('/api/jobs?limit=7');
        await until(async () => (await get('/api/jobs?limit=7')).headers.get('x-cache') === 'HIT', 'a hit');
        const etag = headers.get('etag') ?? '';
        expect((await get('/api/jobs?limit=7', { 'if-none-match': etag })).status).toBe(304);
      },
      { 'GET /api/jobs 2xx': 2, 'GET /api/jobs 3xx': 1 },
    );
  });

  it('is counted where nobody is logged in, and where a body cannot be read', () =>
    counted(
      async () => {
        await app.request('GET', '/api/jobs');
        await app.request('POST', '/api/auth/login', { body: '{' });
      },
      { 'GET /api/jobs 4xx': 1, 'POST /api/auth/login 4xx': 1 },
    ));

  it('has one label for all paths that are no routes, and for what the router itself refuses', () =>
    counted(
      async () => {
        await app.request('GET', '/api/nowhere');
        await app.request('GET', `/${'x'.repeat(2000)}`);
        await app.request('GET', `/api/jobs/${'x'.repeat(201)}`);
        await app.request('GET', '/api/%E0%A4%A');
        await app.request('OPTIONS', '/api/jobs', { headers: { origin: 'https://jobs.example.com' } });
      },
      { 'GET unknown 4xx': 4, 'OPTIONS unknown 4xx': 1 },
    ));

  it('has one label for all methods that are none of the API', () =>
    counted(
      async () => {
        for (const method of ['PROPFIND', 'M-SEARCH', 'TRACE', 'LINK']) await raw(method, '/api/jobs');
      },
      { 'OTHER unknown 4xx': 4 },
    ));

  it('is counted as aborted where the client leaves before the answer, so that a service that hangs is seen', async () => {
    const made = await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'Held' } });
    const { id } = made.body as { id: string };
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [id]);
      await counted(
        async () => {
          const leaving = send(`${app.url}/api/jobs/${id}`, {
            method: 'PATCH',
            headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
            agent: false,
          });
          leaving.on('error', () => undefined);
          leaving.end('{"city":"Oslo"}');
          await untilBlocked(app);
          leaving.destroy();
        },
        { 'PATCH /api/jobs/{id} aborted': 1 },
      );
    } finally {
      await holder.end();
    }
  });
});

describe('Whatever clients send', () => {
  it('the number of series stays what routes, methods and classes allow', async () => {
    const paths = [
      () => `/${randomBytes(6).toString('hex')}`,
      () => `/api/jobs/${randomBytes(6).toString('hex')}`,
      () => `/api/${encodeURIComponent('"} 1\n evil{x="')}${randomBytes(2).toString('hex')}`,
      () => `/api/jobs?${randomBytes(4).toString('hex')}=1`,
      () => `/api/docs/${randomBytes(4).toString('hex')}`,
      () => `/api/workflows/${randomBytes(3).toString('hex')}/${randomBytes(3).toString('hex')}`,
      () => `//${randomBytes(3).toString('hex')}/../..`,
    ];
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'COPY', 'SEARCH'];
    const seriesOf = (text: Scrape): string[] =>
      text.series
        .filter(({ name }) => name === `${DURATION}_count`)
        .map(({ labels }) => JSON.stringify(labels));
    const round = async (): Promise<void> => {
      for (const path of paths) for (const method of methods) await raw(method, path());
    };
    await round();
    const before = await eventually(
      () => scrape(app),
      ({ sum }) => sum(`${DURATION}_count`) >= 70,
    );
    for (let times = 0; times < 4; times += 1) await round();
    const after = await scrape(app);
    expect(after.sum(`${DURATION}_count`)).toBeGreaterThan(before.sum(`${DURATION}_count`) + 250);
    // The last of the first round may be counted after it was looked at.
    expect(seriesOf(after).filter((one) => !seriesOf(before).includes(one)).length).toBeLessThanOrEqual(1);
    const labels = after.series.flatMap((one) => (one.name.startsWith(DURATION) ? [one.labels] : []));
    expect(new Set(labels.map(({ method }) => method)).size).toBeLessThanOrEqual(8);
    expect(new Set(labels.map(({ status_class }) => status_class)).size).toBeLessThanOrEqual(6);
    for (const { route } of labels)
      expect(route).toMatch(/^(unknown|\/metrics|\/api\/[a-z-]+(\/(\{\w+\}|[a-z-]+|\*))*|\/api\/docs.*)$/);
  });
});
