import { connect } from 'node:net';
import { once } from 'node:events';
import { addressOf, caseOf, makeWorld } from '../support/api-cases';
import { expectProblem } from '../support/expect-problem';
import { currentOpenApi, isPublic, nameOf, operationsOf } from '../support/open-api';
import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

const BODY_LIMIT = 64 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let app: TestApp;
let user: TestUser;
let token: string;

beforeAll(async () => {
  app = await startTestApp({ MAX_BODY_BYTES: String(BODY_LIMIT) });
  user = await app.register();
  ({ token } = user);
});

afterAll(() => app.close());

const createJob = (body: unknown, headers: Record<string, string> = {}): Promise<TestResponse> =>
  app.request('POST', '/api/jobs', { token, body, headers });

/** Sends bytes that no HTTP client would send, and reads to the end of the connection. */
const raw = async (text: string): Promise<string> => {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(text);
  socket.setTimeout(5_000, () => socket.destroy());
  await closed;
  return answer;
};

describe('The id of a request', () => {
  it('is its own where it has a harmless one', async () => {
    const { headers } = await app.request('GET', '/api/health/live', {
      headers: { 'x-request-id': 'abc-1:2/3' },
    });
    expect(headers.get('x-request-id')).toBe('abc-1:2/3');
  });

  it.each(['', 'with blank', '<script>', 'x'.repeat(129), '"quoted"'])(
    'is a new UUID instead of %p',
    async (given) => {
      const { headers } = await app.request('GET', '/api/health/live', {
        headers: { 'x-request-id': given },
      });
      expect(headers.get('x-request-id')).toMatch(UUID);
    },
  );

  it('differs from request to request, and errors carry it too', async () => {
    const first = await app.request('GET', '/api/nothing');
    const second = await app.request('GET', '/api/nothing');
    expect(first.body.requestId).toMatch(UUID);
    expect(first.body.requestId).not.toBe(second.body.requestId);
  });
});

describe('An error', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/api'],
    ['GET', '/api/nothing'],
    ['GET', '/api/jobs/a/b/c'],
    ['GET', '/%2e%2e/etc/passwd'],
    ['DELETE', '/api/jobs'],
    ['PUT', '/api/profile'],
    ['POST', '/api/health/live'],
  ])('%s %s: no such route is a 404 problem', async (method, path) => {
    expectProblem(await app.request(method, path, { token }), 404, 'not_found');
  });

  it.each(['{', '{"title":}', "{'title':'x'}", '[1,', '\u0000', '{"title":"x"} x'])(
    'of a body that is not JSON (%p) is a 400 problem',
    async (body) => expectProblem(await createJob(body), 400, 'malformed_json'),
  );

  it.each(['"text"', '5', 'null', '[]', 'true'])(
    'of a body that is no object (%s) is a 400 problem',
    async (body) => expectProblem(await createJob(body), 400, 'validation_failed'),
  );

  it.each([
    '{"__proto__":{"title":"x"}}',
    '{"constructor":{"prototype":{"title":"x"}}}',
    '{"title":"x","attributes":{"__proto__":{"a":1}}}',
  ])('of a body that reaches for prototypes (%s) is a 400 problem, and changes none', async (body) => {
    expectProblem(await createJob(body), 400, 'malformed_json');
    expect({}).not.toHaveProperty('title');
  });

  it('of a body that nests too deep is a 400 problem', async () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const depth of [101, 10_000])
      expectProblem(await createJob(`{"title":"x","attributes":${nested(depth)}}`), 400, 'validation_failed');
  });

  it('of a body that is too large is a 413 problem, with its length announced or not', async () => {
    const large = JSON.stringify({ title: 'x', notes: 'x'.repeat(BODY_LIMIT) });
    expectProblem(await createJob(large), 413, 'payload_too_large');
    const chunks = new Blob([large]).stream();
    expectProblem(await createJob(chunks, { 'content-type': 'application/json' }), 413, 'payload_too_large');
  });

  it.each([
    'text/plain',
    'text/html',
    'application/xml',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'text/csv',
    'x',
  ])('of a content type that is not JSON (%s) is a 415 problem', async (type) =>
    expectProblem(await createJob('title=x', { 'content-type': type }), 415, 'unsupported_media_type'),
  );

  it('of a URL that is too long or not decodable is a 4xx problem', async () => {
    expectProblem(await app.request('GET', `/api/jobs/${'x'.repeat(300)}`, { token }), 404, 'not_found');
    expectProblem(await app.request('GET', '/api/jobs/%ff', { token }), 400, 'bad_request');
  });

  it('of headers that are too large ends the connection, and the program goes on', async () => {
    const answer = await raw(`GET /api/jobs HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`);
    expect(answer).toMatch(/^(HTTP\/1\.1 431 |$)/);
    expect(await raw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect((await app.request('GET', '/api/health/live')).status).toBe(200);
  });
});

describe('A route', () => {
  it('is found with a slash at its end as well, each of them', async () => {
    for (const operation of operationsOf(await currentOpenApi())) {
      const world = await makeWorld(app, isPublic(operation) ? undefined : user);
      const sent = await caseOf(nameOf(operation)).call(world);
      const path = addressOf(operation.path, sent).replace(/(\?|$)/, '/$1');
      const { status } = await app.request(operation.method, path, {
        token: world.user.token,
        ...(sent.body === undefined ? {} : { body: sent.body }),
        ...(sent.headers ? { headers: sent.headers } : {}),
      });
      // Who may not use it learns that it is there.
      const found = caseOf(nameOf(operation)).admin === true ? status === 403 : status < 300;
      expect([nameOf(operation), found]).toEqual([nameOf(operation), true]);
    }
  });

  it('that is read answers HEAD with the same headers and no body', async () => {
    const got = await app.request('GET', '/api/workflows', { token });
    const head = await app.request('HEAD', '/api/workflows', { token });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toBe(got.headers.get('content-type'));
    expect(head.headers.get('content-length')).toBe(got.headers.get('content-length'));
  });
});

describe('Input that is not known', () => {
  const RAW = { 'content-type': 'application/json' };
  const unknown = async (method: string, path: string, field: string, body?: string): Promise<void> => {
    const answer = await app.request(method, path, {
      token,
      ...(body === undefined ? {} : { body, headers: RAW }),
    });
    expect([path, body, answer.status, answer.body?.errors]).toEqual([
      path,
      body,
      400,
      [{ field, message: 'is not known here' }],
    ]);
    expectProblem(answer, 400, 'validation_failed');
  };

  it('is refused as a parameter of the query on every route but those of probes and Prometheus', async () => {
    const world = await makeWorld(app, await app.register());
    const admin = await app.registerAdmin();
    const operations = operationsOf(await currentOpenApi());
    expect(operations.length).toBeGreaterThan(20);
    for (const operation of operations) {
      const sent = await caseOf(nameOf(operation)).call(world);
      const path = addressOf(operation.path, { ...sent, query: { ...sent.query, definitely_unknown: '1' } });
      const { status, body } = await app.request(operation.method, path, {
        token: caseOf(nameOf(operation)).admin === true ? admin.token : world.user.token,
        ...(sent.body === undefined ? {} : { body: sent.body }),
        ...(sent.headers ? { headers: sent.headers } : {}),
      });
      const expected = /^\/(api\/health|metrics)/.test(operation.path)
        ? [200, undefined]
        : [400, 'definitely_unknown'];
      expect([nameOf(operation), status, body?.errors?.[0]?.field]).toEqual([nameOf(operation), ...expected]);
    }
  });

  it('is refused in the body of a route that takes none; an empty object is no body', async () => {
    const { body: job } = await createJob({ title: 'x' });
    await unknown('POST', `/api/jobs/${job.id}/restore`, 'foo', '{"foo":1}');
    await unknown('DELETE', `/api/jobs/${job.id}`, 'reason', '{"reason":"x"}');
    await unknown('DELETE', `/api/jobs/${job.id}`, 'body', '[1]');
    expect((await app.request('POST', `/api/jobs/${job.id}/restore`, { token, body: {} })).status).toBe(200);
    expect((await app.request('DELETE', `/api/jobs/${job.id}`, { token, body: {} })).status).toBe(204);
  });

  it('is told of to nobody who is not logged in', async () => {
    for (const path of ['/api/profile?foo=1', '/api/workflows?foo=1', '/api/jobs?foo=1'])
      expectProblem(await app.request('GET', path), 401, 'unauthenticated');
  });

  it.each(['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty'])(
    'may have the name %s that objects inherit, and is refused as well',
    async (name) => {
      await unknown('GET', `/api/jobs?${name}=1`, name);
      await unknown('GET', `/api/workflows?${name}=1`, name);
      if (name !== '__proto__') await unknown('POST', '/api/jobs', name, `{"title":"x","${name}":"y"}`);
    },
  );

  it.each(['{"title":{"constructor":"x"}}', '{"title":"x","tags":[{"constructor":"x"}]}'])(
    'is no class where a text belongs: %s',
    async (body) => expectProblem(await createJob(body), 400, 'validation_failed'),
  );

  it('does not exist inside of free JSON: names that objects inherit stay there', async () => {
    const attributes = {
      constructor: 'Acme',
      a: { constructor: 'x', prototype: 2 },
      list: [{ toString: 1 }],
    };
    const created = await createJob({ title: 'x', attributes });
    expect([created.status, created.body.attributes]).toEqual([201, attributes]);
    const metadata = { constructor: 'Acme', prototype: { a: 1 } };
    const path = `/api/jobs/${created.body.id}/status-events`;
    const appended = await app.request('POST', path, { token, body: { status: 'applied', metadata } });
    expect([appended.status, appended.body.event.metadata]).toEqual([201, metadata]);
  });
});
