import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Database } from '../../src/platform/database';
import { StreamSlots } from '../../src/jobs/list/stream-slots';
import { beginDownload, until, type Download } from '../support/download';
import { randomEmail, startTestApp, TEST_PASSWORD, type TestApp, type TestUser } from '../support/test-app';

const JOBS = 1500;

let app: TestApp;
let user: TestUser;
let downloads: Download[] = [];

beforeAll(async () => {
  app = await startTestApp({ DB_MAX_CONNECTIONS: '12' });
  user = await app.register();
  // Hardly to be compressed, so that the buffers of a connection cannot take all of them while nobody reads.
  const lines = Array.from({ length: JOBS }, (_, index) =>
    JSON.stringify({ title: `job ${index}`, notes: randomBytes(7000).toString('base64') }),
  );
  const answer = await app.request('POST', '/api/jobs/import', {
    token: user.token,
    body: lines.join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.body).toMatchObject({ created: JOBS });
});
afterAll(() => app.close());
afterEach(async () => {
  for (const download of downloads) download.destroy();
  downloads = [];
  await untilAllIdle();
});

interface Raw {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

/** As `fetch` is not, this is blind to encodings. */
const send = (
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const sent = { authorization: `Bearer ${user.token}`, 'content-type': 'application/json', ...headers };
    const request = httpRequest(app.url + path, { method, headers: sent, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

const accepting = (encoding: string) => ({ headers: { 'accept-encoding': encoding } });

const decoded = ({ headers, body }: Raw): string => {
  const encoding = headers['content-encoding'];
  if (encoding === 'br') return brotliDecompressSync(body).toString();
  return (encoding === 'gzip' ? gunzipSync(body) : body).toString();
};

const begin = async (encoding: string): Promise<Download> => {
  const download = await beginDownload(`${app.url}/api/jobs/export`, user.token, {
    'accept-encoding': encoding,
  });
  expect(download.headers['content-encoding']).toBe(encoding);
  downloads.push(download);
  return download;
};

const connections = (): number => {
  const { pool } = app.app.get(Database);
  return pool.totalCount - pool.idleCount;
};

const untilAllIdle = (): Promise<void> => until(() => connections() === 0);

const LONG = { title: 'Long', notes: 'a note '.repeat(300) };

describe('An answer that is not cached', () => {
  it.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1, br;q=0.1', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['identity', undefined],
    ['zstd, deflate', undefined],
  ])('is compressed as a client likes it that accepts %s', async (accepted, encoding) => {
    const answer = await send('POST', '/api/jobs', { ...accepting(accepted), body: LONG });
    expect(answer.status).toBe(201);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers.etag).toBe(encoding === undefined ? '"1"' : `"1-${encoding}"`);
    expect(answer.headers.vary).toMatch(/Accept-Encoding/i);
    expect(JSON.parse(decoded(answer))).toMatchObject(LONG);
    if (encoding !== undefined) expect(answer.body.length).toBeLessThan(LONG.notes.length / 2);
  });

  it('is left as it is below 1 KB', async () => {
    const answer = await send('POST', '/api/jobs', { ...accepting('br'), body: { title: 'Short' } });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.headers.vary).toMatch(/Accept-Encoding/i);
  });

  it('is changed under the tag that its encoded form came with, and under no older one', async () => {
    const made = await send('POST', '/api/jobs', { ...accepting('gzip'), body: LONG });
    const { id } = JSON.parse(decoded(made)) as { id: string };
    const change = (etag: string): Promise<Raw> =>
      send('PATCH', `/api/jobs/${id}`, {
        headers: { 'accept-encoding': 'br', 'if-match': etag },
        body: { company: 'Acme' },
      });
    const changed = await change(String(made.headers.etag));
    expect([changed.status, changed.headers.etag]).toEqual([200, '"2-br"']);
    expect((await change(String(made.headers.etag))).status).toBe(412);
  });

  it('is repeated for its Idempotency-Key in what the client accepts then', async () => {
    const post = (encoding: string): Promise<Raw> =>
      send('POST', '/api/jobs', {
        headers: { 'accept-encoding': encoding, 'idempotency-key': 'compressed' },
        body: LONG,
      });
    const first = await post('br');
    const again = await post('gzip');
    expect(again.headers).toMatchObject({ 'content-encoding': 'gzip', etag: '"1-gzip"' });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(decoded(again)).toBe(decoded(first));
  });

  it('is not compressed where it holds tokens', async () => {
    const body = { email: randomEmail(), password: TEST_PASSWORD, name: '名'.repeat(200) };
    const registered = await send('POST', '/api/auth/register', { ...accepting('br'), body });
    const loggedIn = await send('POST', '/api/auth/login', {
      ...accepting('br'),
      body: { email: body.email, password: body.password },
    });
    const { refreshToken } = JSON.parse(decoded(loggedIn)) as TestUser;
    const refreshed = await send('POST', '/api/auth/refresh', { ...accepting('br'), body: { refreshToken } });
    for (const { status, headers, body: sent } of [registered, loggedIn, refreshed]) {
      expect(sent.length).toBeGreaterThan(1024);
      expect([status < 300, headers['content-encoding']]).toEqual([true, undefined]);
    }
  });

  it('has the same head for HEAD as for GET, and no body', async () => {
    for (const path of ['/api/jobs', '/api/jobs/export']) {
      const answer = await send('HEAD', path, accepting('gzip'));
      expect([answer.status, answer.body.length]).toEqual([200, 0]);
    }
  });
});

describe('A cached answer', () => {
  it('is compressed once, whether it is made or was kept', async () => {
    const bodies: string[] = [];
    for (const outcome of ['MISS', 'HIT', 'HIT']) {
      const answer = await send('GET', '/api/jobs?limit=50', accepting('br'));
      expect(answer.headers).toMatchObject({ 'x-cache': outcome, 'content-encoding': 'br' });
      expect(answer.headers.etag).toMatch(/^"[^"-]+-br"$/);
      expect(String(answer.headers.vary).match(/accept-encoding/gi)).toHaveLength(1);
      bodies.push(decoded(answer));
    }
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ data: expect.any(Array) as unknown });
  });
});

describe("Swagger's page", () => {
  it.each(['/api/docs/swagger-ui.css', '/api/docs-json'])('has %s compressed', async (path) => {
    const plain = await send('GET', path, accepting('identity'));
    const answer = await send('GET', path, accepting('gzip'));
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(decoded(answer)).toBe(plain.body.toString());
    expect(answer.body.length).toBeLessThan(plain.body.length / 2);
  });

  it('has its pictures as they are', async () => {
    const answer = await send('GET', '/api/docs/favicon-32x32.png', accepting('br, gzip'));
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, undefined]);
  });
});

describe('A compressed stream', () => {
  it.each(['br', 'gzip'])('has every row (%s)', async (encoding) => {
    for (const [path, lines] of [
      ['/api/jobs/export', (text: string) => text.trim().split('\n').length],
      ['/api/jobs?paginate=false', (text: string) => (JSON.parse(text) as unknown[]).length],
    ] as const) {
      const answer = await send('GET', path, accepting(encoding));
      const plain = await send('GET', path, accepting('identity'));
      expect(answer.headers['content-encoding']).toBe(encoding);
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(plain.headers.vary).toMatch(/Accept-Encoding/i);
      expect(decoded(answer)).toBe(plain.body.toString());
      expect(lines(plain.body.toString())).toBeGreaterThanOrEqual(JOBS);
    }
  });

  it.each(['br', 'gzip'])(
    'waits for its reader, and gives the connection back when it leaves (%s)',
    async (encoding) => {
      const reading = await begin(encoding);
      await until(() => connections() === 1);
      reading.destroy();
      await untilAllIdle();
    },
  );

  it.each(['br', 'gzip'])('is cut when its client reads nothing for too long (%s)', async (encoding) => {
    const slots = app.app.get(StreamSlots);
    const usual = slots.stallAfter;
    // Longer than the first rows take on a busy machine, which would be refused instead of cut.
    slots.stallAfter = 3000;
    const stalled = await begin(encoding);
    slots.stallAfter = usual;
    expect(stalled.status).toBe(200);
    await untilAllIdle();
    await stalled.lines().catch(() => undefined);
    await until(() => stalled.broke());
  });
});

describe('A request', () => {
  it('is not decompressed, so that a small one does not become large', async () => {
    const answer = await send('POST', '/api/jobs', {
      headers: { 'content-encoding': 'gzip' },
      body: { title: 'Not gzip at all' },
    });
    expect(answer.status).toBe(201);
  });
});
