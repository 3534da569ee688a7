import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { operationsOf, type OpenApiDocument } from '../support/open-api';
import { readRepositoryFile, repositoryRoot } from '../support/repository-files';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../support/test-app';

interface K6Run {
  options: { vus: number; duration: string; thresholds: Record<string, string[]> };
  calls: { method: string; url: string; status: number; authorization?: string; tags?: { kind: string } }[];
  checks: Record<string, { kept: number; broken: number }>;
  sleeps: number[];
}

/** Runs the script in Node with stand-ins for k6's modules. */
const run = (environment: Record<string, string>): Promise<K6Run> =>
  new Promise((resolve, reject) => {
    const args = [join('test', 'support', 'k6', 'run.mjs'), join('load-tests', 'k6', 'smoke.js')];
    const env = { PATH: process.env.PATH, ...environment };
    execFile(process.execPath, args, { cwd: repositoryRoot, env }, (error, out, err) => {
      if (error === null) resolve(JSON.parse(out) as K6Run);
      else reject(new Error(err));
    });
  });

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const document = JSON.parse(readRepositoryFile('docs/openapi.json')) as OpenApiDocument;

/** As the API's description names it, with the status: `GET /api/jobs/{id} 200`; or what is wrong. */
const described = ({ method, url, status }: K6Run['calls'][number]): string => {
  const { pathname, searchParams } = new URL(url);
  const path = pathname.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '{id}');
  const operation = operationsOf(document).find((one) => one.method === method && one.path === path);
  const known = operation?.parameters.map(({ name }) => name) ?? [];
  const unknown = [...searchParams.keys()].filter((name) => !known.includes(name));
  if (operation === undefined || unknown.length > 0 || !(String(status) in operation.responses))
    return `not in the API: ${method} ${url} ${status}`;
  return `${method} ${path} ${status}`;
};

const ROUND = [
  'GET /api/health 200',
  'GET /api/jobs 200',
  'GET /api/jobs 200',
  'GET /api/stats 200',
  'POST /api/jobs 201',
  'PUT /api/jobs/{id} 200',
  'POST /api/jobs/{id}/status-events 201',
  'GET /api/jobs/{id}/status-events 200',
  'DELETE /api/jobs/{id} 204',
];

describe('load-tests/k6/smoke.js', () => {
  it('looks, writes and cleans up with a token, by what the API describes, and every check holds', async () => {
    const { token } = await app.register();
    const { options, calls, checks, sleeps } = await run({ BASE_URL: `${app.url}/`, TOKEN: token });
    expect(calls.map(described)).toEqual([...ROUND, ...ROUND]);
    expect(calls.every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
    expect(Object.values(checks).length).toBeGreaterThanOrEqual(ROUND.length);
    expect(Object.entries(checks).filter(([, { kept, broken }]) => kept !== 2 || broken > 0)).toEqual([]);
    expect(sleeps).toEqual([1, 1]);
    expect(options).toMatchObject({ vus: 10, duration: '30s' });
    const list = await app.request('GET', '/api/jobs', { token });
    expect(list.body.data).toEqual([]);
  });

  it('bounds reads and writes apart, and every request is one or the other', async () => {
    const { token } = await app.register();
    const { options, calls } = await run({ BASE_URL: app.url, TOKEN: token });
    expect(options.thresholds).toEqual({
      http_req_failed: ['rate<0.01'],
      checks: ['rate>0.99'],
      'http_req_duration{kind:read}': ['p(95)<300'],
      'http_req_duration{kind:write}': ['p(95)<600'],
    });
    for (const { method, tags } of calls) expect(tags?.kind).toBe(method === 'GET' ? 'read' : 'write');
  });

  it('logs in once with an e-mail and a password', async () => {
    const { user } = await app.register('k6@example.com');
    const { calls } = await run({ BASE_URL: app.url, EMAIL: user.email, PASSWORD: TEST_PASSWORD });
    expect(calls.map(described)).toEqual(['POST /api/auth/login 200', ...ROUND, ...ROUND]);
  });

  it('registers an account of its own without either', async () => {
    const { calls } = await run({ BASE_URL: app.url });
    expect(calls.map(described)).toEqual(['POST /api/auth/register 201', ...ROUND, ...ROUND]);
  });

  it('stops before the first round, where it cannot log in', async () => {
    await expect(
      run({ BASE_URL: app.url, EMAIL: 'nobody@example.com', PASSWORD: 'wrong password' }),
    ).rejects.toThrow(/No token: 401/);
  });
});
