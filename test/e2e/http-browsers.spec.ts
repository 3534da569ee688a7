import { readRepositoryFile } from '../support/repository-files';
import { startTestApp, type TestApp } from '../support/test-app';

const ORIGIN = 'https://jobs.example.com';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startTestApp({ CORS_ORIGINS: ORIGIN });
  ({ token } = await app.register());
});

afterAll(() => app.close());

describe('The headers of every answer', () => {
  it.each(['/api/health/live', '/api/nothing', '/api/jobs', '/api/docs'])(
    'protect the browser (%s)',
    async (path) => {
      const { headers } = await app.request('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*script-src 'self'/);
      expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/);
      expect(headers.get('x-powered-by')).toBe(null);
    },
  );
});

describe('Pages of other origins', () => {
  const preflight = (origin: string, method = 'POST') =>
    app.request('OPTIONS', '/api/jobs', {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization',
      },
    });

  it('may call the API where their origin is named', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    const answer = await app.request('GET', '/api/jobs', { token, headers: { origin: ORIGIN } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/ETag.*X-Request-Id/);
    expect(answer.headers.get('vary')).toMatch(/origin/i);
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'may use %s there, and are told the id of the request that asks for it',
    async (method) => {
      const { status, headers } = await preflight(ORIGIN, method);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-methods')?.split(/, */)).toContain(method);
      expect(headers.get('x-request-id')).toMatch(UUID);
    },
  );

  it.each(['https://evil.example.com', `${ORIGIN}.evil.example`, 'null', 'http://jobs.example.com'])(
    'may not from %s',
    async (origin) => {
      for (const answer of [
        await preflight(origin),
        await app.request('GET', '/api/jobs', { token, headers: { origin } }),
      ])
        expect(answer.headers.get('access-control-allow-origin')).toBe(null);
    },
  );
});

describe("Swagger's page", () => {
  it('loads all it names, and runs under the security policy: no script inline', async () => {
    const page = await app.request('GET', '/api/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const scripts = [...page.text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(
      scripts.filter(([, attributes, inline]) => !/\bsrc=/.test(attributes!) || inline!.trim() !== ''),
    ).toEqual([]);
    expect(page.text).not.toMatch(/\son\w+="/);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(assets.join()).toMatch(/swagger-ui-init\.js/);
    for (const asset of assets) {
      const url = new URL(asset, `${app.url}/api/docs`);
      expect([asset, url.origin]).toEqual([asset, app.url]);
      expect([asset, (await app.request('GET', url.pathname)).status]).toEqual([asset, 200]);
    }
  });

  it('shows the committed document', async () => {
    const { status, headers, body } = await app.request('GET', '/api/docs-json');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(body).toEqual(JSON.parse(readRepositoryFile('docs/openapi.json')));
  });
});
