import { randomUUID } from 'node:crypto';
import { AnswerCheck } from '../support/answer-check';
import { addressOf, caseOf, FEW_ROWS, makeWorld, type ApiCall, type World } from '../support/api-cases';
import {
  bodyTypes,
  currentOpenApi,
  exampleOf,
  isPublic,
  nameOf,
  operationsOf,
  type OpenApiDocument,
  type Operation,
} from '../support/open-api';
import { expiredToken } from '../support/expired-token';
import { startTcpProxy } from '../support/tcp-proxy';
import {
  startTestApp,
  TEST_SECRET_KEY,
  type TestApp,
  type TestResponse,
  type TestUser,
} from '../support/test-app';

const BODY_LIMIT = 64 * 1024;

/** On, but so wide that no test here reaches them. */
const WIDE_LIMITS = {
  RATE_LIMIT_ENABLED: 'true',
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_PER_HOUR: '1000000',
};

const PRODUCTION = { ...WIDE_LIMITS, NODE_ENV: 'production', SECRET_KEY: TEST_SECRET_KEY };

let app: TestApp;
let document: OpenApiDocument;
let operations: Operation[];
let check: AnswerCheck;

/** What was not as documented, and what was seen, as `operation code` or `operation status`. */
const flaws: string[] = [];
const seen = new Set<string>();

beforeAll(async () => {
  document = await currentOpenApi();
  operations = operationsOf(document);
  check = new AnswerCheck(document);
  app = await startTestApp({
    ...WIDE_LIMITS,
    MAX_BODY_BYTES: String(BODY_LIMIT),
    MAX_UNPAGINATED: String(FEW_ROWS),
    MAX_IMPORT_BYTES: '1024',
  });
  shared = await app.register();
  admin = await app.registerAdmin();
});

afterAll(() => app.close());

/** Calls an operation and holds the answer to the document. */
const call = async (
  operation: Operation,
  { headers, body, ...address }: ApiCall,
  token: string | undefined,
  url = app,
): Promise<TestResponse> => {
  const answer = await url.request(operation.method, addressOf(operation.path, address), {
    token,
    ...(body === undefined ? {} : { body }),
    ...(headers ? { headers } : {}),
  });
  const label = `${nameOf(operation)} ${answer.status}`;
  flaws.push(...check.flaws(operation, answer).map((flaw) => `${label}: ${flaw}`));
  seen.add(`${nameOf(operation)} ${answer.status >= 400 ? String(answer.body?.code) : answer.status}`);
  return answer;
};

const isForAdmins = (operation: Operation): boolean => caseOf(nameOf(operation)).admin === true;

const tokenFor = (operation: Operation, { user }: World): string | undefined =>
  isPublic(operation) ? undefined : isForAdmins(operation) ? admin.token : user.token;

const takes = (operation: Operation, header: string): boolean =>
  operation.parameters.some(({ name }) => name === header);

/** One user for all, where neither the number of their jobs nor the state of their session matters: passwords cost time. */
let shared: TestUser;
let admin: TestUser;
const OWN_USER = /^(GET \/api\/jobs|POST \/api\/auth\/\w+)$/;
const worldFor = (operation: Operation): Promise<World> =>
  makeWorld(app, OWN_USER.test(nameOf(operation)) ? undefined : shared);

/** Puts a header or more to a call. */
const withHeaders = (sent: ApiCall, headers: Record<string, string>): ApiCall => ({
  ...sent,
  headers: { ...sent.headers, ...headers },
});

/** What is wrong in the same way for every operation that takes such input, by code. */
const generalProblems = (operation: Operation, valid: ApiCall, token: string | undefined) => {
  const [contentType] = bodyTypes(operation);
  const ids = operation.path.includes('{');
  const uuids = operation.parameters.some(
    ({ in: place, schema }) => place === 'path' && schema?.format === 'uuid',
  );
  const tries: { code: string; sent: ApiCall; token?: string | undefined }[] = [];
  const add = (applies: boolean, code: string, sent: ApiCall, as: string | undefined = token): void => {
    if (applies) tries.push({ code, sent, token: as });
  };
  add('400' in operation.responses, 'validation_failed', {
    ...valid,
    query: { ...valid.query, unknown: '1' },
  });
  add(uuids, 'validation_failed', { ...valid, path: { id: 'not-an-id' } });
  add(ids, 'not_found', { ...valid, path: { id: randomUUID() } });
  add(!isPublic(operation), 'token_expired', valid, expiredToken());
  add(isForAdmins(operation), 'forbidden', valid, shared.token);
  add(takes(operation, 'If-Match'), 'version_conflict', withHeaders(valid, { 'if-match': '"999"' }));
  if (contentType === undefined) return tries;
  add(true, 'unsupported_media_type', {
    ...withHeaders(valid, { 'content-type': 'text/html' }),
    body: '<p>',
  });
  const json = contentType === 'application/json';
  add(json, 'validation_failed', { ...valid, body: { unknown: 1 } });
  add(json, 'malformed_json', { ...valid, body: '{' });
  add(true, 'payload_too_large', {
    ...withHeaders(valid, { 'content-type': contentType }),
    body: JSON.stringify('x'.repeat(BODY_LIMIT + 1)),
  });
  return tries;
};

const tryIdempotency = async (operation: Operation, valid: ApiCall, world: World): Promise<void> => {
  const { token, user } = world.user;
  const first = withHeaders(valid, { 'idempotency-key': operation.operationId });
  const answer = await call(operation, first, token);
  const again = await call(operation, first, token);
  expect([nameOf(operation), again.status, again.text]).toEqual([
    nameOf(operation),
    answer.status,
    answer.text,
  ]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  await call(operation, { ...first, body: {} }, token);
  // As the first request holds it while it runs: for the length of its transaction.
  await app.query(`SELECT pg_advisory_lock(hashtextextended($1 || ':' || $2, 7669))`, [
    user.id,
    `${operation.operationId}-held`,
  ]);
  await call(operation, withHeaders(valid, { 'idempotency-key': `${operation.operationId}-held` }), token);
};

describe('The answers of the program', () => {
  it('are as documented where a call succeeds, for every operation', async () => {
    for (const operation of operations) {
      const { call: valid, variants = [] } = caseOf(nameOf(operation));
      for (const variant of [valid, ...variants]) {
        const world = await worldFor(operation);
        const answer = await call(operation, await variant(world), tokenFor(operation, world));
        expect([nameOf(operation), answer.status < 300, answer.text]).toEqual([
          nameOf(operation),
          true,
          answer.text,
        ]);
      }
    }
    expect(flaws).toEqual([]);
  });

  it('are as documented where the client has them already', async () => {
    for (const operation of operations.filter(({ responses }) => '304' in responses)) {
      const world = await worldFor(operation);
      const sent = await caseOf(nameOf(operation)).call(world);
      const etag = (await call(operation, sent, world.user.token)).headers.get('etag') ?? '';
      const again = await call(operation, withHeaders(sent, { 'if-none-match': etag }), world.user.token);
      expect([nameOf(operation), again.status]).toEqual([nameOf(operation), 304]);
    }
    expect(flaws).toEqual([]);
  });

  it('are as documented where a call fails', async () => {
    for (const operation of operations) {
      const world = await worldFor(operation);
      const { call: valid, problems = {} } = caseOf(nameOf(operation));
      const sent = await valid(world);
      const token = tokenFor(operation, world);
      if (!isPublic(operation)) await call(operation, sent, undefined);
      for (const general of generalProblems(operation, sent, token)) {
        const answer = await call(operation, general.sent, general.token);
        expect([nameOf(operation), answer.body?.code]).toEqual([nameOf(operation), general.code]);
      }
      for (const [code, problem] of Object.entries(problems)) {
        const answer = await call(operation, await problem(await makeWorld(app, world.user)), token);
        expect([nameOf(operation), answer.body?.code]).toEqual([nameOf(operation), code]);
      }
      if (takes(operation, 'Idempotency-Key')) await tryIdempotency(operation, sent, world);
    }
    expect(flaws).toEqual([]);
  });

  it('are as documented where guesses of a password are braked', async () => {
    const login = operations.find((operation) => nameOf(operation) === 'POST /api/auth/login')!;
    const guess = { body: { email: 'victim@example.com', password: 'a guess' } };
    for (let n = 0; n < 11; n++) await call(login, guess, undefined);
    expect(flaws).toEqual([]);
  });

  it('are as documented where a client has no requests left', async () => {
    const world = await makeWorld(app);
    const tight = await startTestApp(
      { ...WIDE_LIMITS, RATE_LIMIT_PER_MINUTE: '1' },
      { databaseUrl: app.databaseUrl },
    );
    try {
      await tight.request('GET', '/api/nowhere');
      for (const operation of operations) {
        const sent = await caseOf(nameOf(operation)).call(world);
        const answer = await call(operation, sent, tokenFor(operation, world), tight);
        const expected = '429' in operation.responses ? 429 : 200;
        expect([nameOf(operation), answer.status]).toEqual([nameOf(operation), expected]);
      }
      expect(flaws).toEqual([]);
    } finally {
      await tight.close();
    }
  });

  it('are as documented where the database is away', async () => {
    const world = await makeWorld(app);
    const proxy = await startTcpProxy(app.databaseUrl);
    const apart = await startTestApp(WIDE_LIMITS, { databaseUrl: proxy.urlFor(app.databaseUrl) });
    try {
      await proxy.cut();
      for (const operation of operations) {
        const answer = await call(
          operation,
          await caseOf(nameOf(operation)).call(world),
          tokenFor(operation, world),
          apart,
        );
        expect([nameOf(operation), answer.status]).toEqual([
          nameOf(operation),
          '503' in operation.responses ? 503 : 200,
        ]);
      }
      expect(flaws).toEqual([]);
    } finally {
      await apart.close();
      await proxy.close();
    }
  });

  it('are as documented where metrics want a token, or none is configured', async () => {
    const metrics = operations.find((operation) => nameOf(operation) === 'GET /metrics');
    if (metrics === undefined) throw new Error('No metrics');
    for (const [environment, status] of [
      [{ METRICS_TOKEN: 'f'.repeat(48) }, 401],
      [{}, 404],
    ] as const) {
      const apart = await startTestApp({ ...PRODUCTION, ...environment });
      const answer = await call(metrics, {}, undefined, apart).finally(() => apart.close());
      expect([answer.status, flaws]).toEqual([status, []]);
    }
  });

  it('have shown everything that is documented: each status and each code of each operation', () => {
    const documented = operations.flatMap((operation) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) => {
        if (Number(status) < 400) return `${nameOf(operation)} ${status}`;
        const codes = Object.keys(content?.['application/problem+json']?.examples ?? {});
        return codes.map((code) => `${nameOf(operation)} ${code}`);
      }),
    );
    expect(documented.filter((what) => !seen.has(what))).toEqual([]);
  });
});

describe('The examples of the document', () => {
  it('are bodies that the program accepts, as far as their form goes', async () => {
    for (const operation of operations) {
      const media = operation.requestBody?.content['application/json'];
      if (media?.schema === undefined) continue;
      const world = await worldFor(operation);
      const sent = {
        ...(await caseOf(nameOf(operation)).call(world)),
        body: exampleOf(document, media.schema),
      };
      const answer = await call(operation, sent, tokenFor(operation, world));
      // An example of a refresh token cannot be a real one.
      expect([nameOf(operation), answer.status]).not.toEqual([nameOf(operation), 400]);
    }
  });
});
