import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { outcome, startCachingApp, type CachingApp } from '../support/caching-app';
import { JobApi, type AnsweredJob } from '../support/job-api';
import type { TestResponse } from '../support/test-app';

let app: CachingApp;
let api: JobApi;
let job: AnsweredJob;

beforeAll(async () => {
  app = await startCachingApp({ ACCESS_TOKEN_EXPIRE_MINUTES: '1440', CACHE_TTL_SECONDS: '604800' });
  api = await JobApi.ofNewUser(app);
  job = await api.create({ title: 'Programmer', description: 'word '.repeat(400) });
});
afterAll(() => app.close());
beforeEach(() => app.evict());
afterEach(() => jest.restoreAllMocks());

const get = (path: string, headers: Record<string, string> = {}): Promise<TestResponse> =>
  app.request('GET', path, { token: api.user.token, headers });

const tagOf = ({ headers }: TestResponse): string => String(headers.get('etag'));

describe('If-None-Match', () => {
  it.each(['/api/jobs', '/api/jobs/{id}', '/api/jobs/{id}/statuses', '/api/profile', '/api/workflows'])(
    'is compared weakly, in a list, whatever the encoding, and with *: %s',
    async (template) => {
      const path = template.replace('{id}', job.id);
      const etag = tagOf(await get(path, { 'accept-encoding': 'identity' }));
      const bare = etag.slice(1, -1);
      for (const held of [etag, `W/${etag}`, `"x", ${etag}`, `"${bare}-br"`, `W/"${bare}-gzip"`, '*']) {
        const answer = await get(path, { 'if-none-match': held });
        expect([held, outcome(answer), answer.text]).toEqual([held, '304 HIT', '']);
      }
      for (const other of ['"x"', `"${bare}x"`, bare]) {
        expect(outcome(await get(path, { 'if-none-match': other }))).toBe('200 HIT');
      }
    },
  );

  it('is answered from the key alone after eviction, until something is written', async () => {
    for (const path of ['/api/jobs', `/api/jobs/${job.id}/status-events`, '/api/profile']) {
      const etag = tagOf(await get(path));
      app.evict();
      const unchanged = await get(path, { 'if-none-match': etag });
      expect([outcome(unchanged), tagOf(unchanged)]).toEqual(['304 HIT', etag]);
      expect(app.answers.memory.use.keys).toBe(0);
    }
    const etag = tagOf(await get('/api/jobs'));
    await api.patch(job.id, { title: `Another ${Math.random()}` });
    expect(outcome(await get('/api/jobs', { 'if-none-match': etag }))).toBe('200 MISS');
  });
});

describe('Compression', () => {
  const raw = (path: string, encoding: string): Promise<{ head: IncomingMessage; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${api.user.token}`, 'accept-encoding': encoding };
      httpGet(app.url + path, { headers }, (head) => {
        const parts: Buffer[] = [];
        head.on('data', (part: Buffer) => parts.push(part));
        head.on('end', () => resolve({ head, body: Buffer.concat(parts) }));
      }).on('error', reject);
    });

  it('is by what the client accepts, with a tag of its own, on a miss as on a hit', async () => {
    const path = `/api/jobs/${job.id}`;
    const plain = await raw(path, 'identity');
    const expected = { br: brotliDecompressSync, gzip: gunzipSync };
    for (const [encoding, decode] of Object.entries(expected)) {
      for (const what of ['MISS', 'HIT']) {
        if (what === 'MISS') app.evict();
        const { head, body } = await raw(path, encoding);
        expect([head.headers['x-cache'], head.headers['content-encoding']]).toEqual([what, encoding]);
        expect(head.headers.etag).toBe(`${String(plain.head.headers.etag).slice(0, -1)}-${encoding}"`);
        expect(head.headers['content-length']).toBe(String(body.length));
        expect(head.headers.vary).toMatch(/Accept-Encoding/);
        expect(body.length).toBeLessThan(plain.body.length / 2);
        expect(decode(body).equals(plain.body)).toBe(true);
      }
    }
    expect(plain.head.headers['content-encoding']).toBeUndefined();
  });

  it('leaves short answers as they are', async () => {
    const { head, body } = await raw('/api/profile', 'br');
    expect(body.length).toBeLessThan(1024);
    expect(head.headers['content-encoding']).toBeUndefined();
  });

  it('does not stand in the way of If-Match', async () => {
    const { headers } = await get(`/api/jobs/${job.id}`, { 'accept-encoding': 'br' });
    expect(headers.get('etag')).toMatch(/^"\d+-br"$/);
    const etag = String(headers.get('etag'));
    expect((await api.patch(job.id, { company: 'Ada Ltd' }, { 'if-match': etag })).status).toBe(200);
    expect((await api.patch(job.id, { company: 'Bob Ltd' }, { 'if-match': etag })).status).toBe(412);
  });
});

describe('The upcoming deadlines', () => {
  it('are never older than the day of their user', async () => {
    const hour = new Date().getUTCHours();
    // Where the day ends with this hour.
    const offset = 23 - hour;
    const timeZone = offset <= 12 ? `Etc/GMT-${offset}` : `Etc/GMT+${24 - offset}`;
    const token = api.user.token;
    const { status } = await app.request('PATCH', '/api/profile', { token, body: { timeZone } });
    expect(status).toBe(200);
    const path = '/api/jobs/upcoming-deadlines';
    await get(path);
    await get('/api/jobs');
    const now = Date.now();
    const dayEndsIn = 3_600_000 - (now % 3_600_000);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + dayEndsIn - 1_000);
    expect(outcome(await get(path))).toBe('200 HIT');
    clock.mockReturnValue(now + dayEndsIn + 1_000);
    expect(outcome(await get(path))).toBe('200 MISS');
    expect(outcome(await get('/api/jobs'))).toBe('200 HIT');
  });
});
