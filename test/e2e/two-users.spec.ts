import { randomUUID } from 'node:crypto';
import { addressOf, caseOf, makeWorld, type ApiCall, type World } from '../support/api-cases';
import { currentOpenApi, isPublic, nameOf, operationsOf, type Operation } from '../support/open-api';
import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

/** Parts of a path that name nobody's property. */
const NOBODYS = /^GET \/api\/workflows\/\{id\}$/;

/** What is not the user's data but a trace of using the program. */
const NOT_DATA = ['migrations', 'typeorm_metadata', 'login_failures'];

let app: TestApp;
let operations: Operation[];
let owner: World;
let stranger: TestUser;

beforeAll(async () => {
  operations = operationsOf(await currentOpenApi());
  app = await startTestApp();
  owner = await makeWorld(app);
  stranger = await app.register();
});

afterAll(() => app.close());

const call = (operation: Operation, sent: ApiCall, token?: string): Promise<TestResponse> =>
  app.request(operation.method, addressOf(operation.path, sent), {
    token,
    ...(sent.body === undefined ? {} : { body: sent.body }),
    ...(sent.headers ? { headers: sent.headers } : {}),
  });

/** Every row of every table that belongs to the owner, as text. */
const ownersRows = async (): Promise<string[]> => {
  const tables = await app.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL ($1) ORDER BY relname`,
    [NOT_DATA],
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await app.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t ORDER BY 1`);
    rows.push(...found.map(({ row }) => `${name} ${row}`));
  }
  const { user, jobId, draftId } = owner;
  // The answers a stranger got repeat the path that the stranger sent.
  const strangers = `idempotency_keys (${stranger.user.id}`;
  return rows.filter(
    (row) => !row.startsWith(strangers) && [user.user.id, jobId, draftId].some((id) => row.includes(id)),
  );
};

/** What may tell two answers apart without telling anything. */
const comparable = ({ status, body }: TestResponse, ids: string[]): unknown => {
  const text = JSON.stringify({ status, body: { ...body, requestId: '' } });
  return ids.reduce((masked, id) => masked.replaceAll(id, '<id>'), text);
};

/** Whether anything of the owner shows in a text. */
const shows = (text: string): boolean =>
  text.includes('secret of the owner') || text.includes(owner.jobId) || text.includes(owner.draftId);

const withPath = (operation: Operation): boolean =>
  operation.path.includes('{') && !NOBODYS.test(nameOf(operation));

describe("Another user's job", () => {
  it('is absent on every route that names it: the answer is the one for an id that nobody has', async () => {
    const concerned = operations.filter(withPath);
    expect(concerned.length).toBeGreaterThan(5);
    for (const operation of concerned) {
      const sent = await caseOf(nameOf(operation)).call(owner);
      const before = await ownersRows();
      const probed = await call(operation, sent, stranger.token);
      const nobodys = randomUUID();
      const absent = await call(operation, { ...sent, path: { id: nobodys } }, stranger.token);
      const ids = [...Object.values(sent.path ?? {}), nobodys];
      expect([nameOf(operation), comparable(probed, ids)]).toEqual([
        nameOf(operation),
        comparable(absent, ids),
      ]);
      expect([nameOf(operation), probed.status, probed.body.code]).toEqual([
        nameOf(operation),
        404,
        'not_found',
      ]);
      expect(await ownersRows()).toEqual(before);
    }
  });

  it('is absent with If-Match and with an Idempotency-Key as well', async () => {
    for (const operation of operations.filter(withPath)) {
      const sent = await caseOf(nameOf(operation)).call(owner);
      const before = await ownersRows();
      const conditions: Record<string, string>[] = [
        { 'if-match': '"999"' },
        { 'idempotency-key': operation.operationId },
      ];
      for (const headers of conditions) {
        const { status } = await call(operation, { ...sent, headers }, stranger.token);
        expect([nameOf(operation), headers, status]).toEqual([nameOf(operation), headers, 404]);
      }
      expect(await ownersRows()).toEqual(before);
    }
  });

  it('is absent among the ids of a bulk change', async () => {
    const bulk = operations.filter(({ path }) => path.includes('/bulk/'));
    expect(bulk.length).toBeGreaterThanOrEqual(3);
    for (const operation of bulk) {
      const sent = await caseOf(nameOf(operation)).call(owner);
      const ids = [owner.jobId, randomUUID()];
      const before = await ownersRows();
      const { status, body } = await call(
        operation,
        { ...sent, body: { ...(sent.body as object), ids } },
        stranger.token,
      );
      expect([nameOf(operation), status, body]).toEqual([
        nameOf(operation),
        200,
        { updated: 0, results: ids.map((id) => ({ id, outcome: 'failed', code: 'not_found' })) },
      ]);
      expect(await ownersRows()).toEqual(before);
    }
  });

  it('shows nowhere: no route that succeeds for a stranger tells or changes anything of it', async () => {
    for (const operation of operations.filter((one) => !withPath(one) && !isPublic(one))) {
      const { call: valid, variants = [], problems = {} } = caseOf(nameOf(operation));
      for (const each of [valid, ...variants, ...Object.values(problems)]) {
        const sent = await each(owner);
        const before = await ownersRows();
        const { text } = await call(operation, sent, stranger.token);
        const told = text.replaceAll(`"id":"${owner.jobId}","outcome":"failed"`, '');
        expect([nameOf(operation), shows(told)]).toEqual([nameOf(operation), false]);
        expect(await ownersRows()).toEqual(before);
      }
    }
  });

  it('is not reached by naming its owner, on any route that takes an owner', async () => {
    const concerned = operations.filter(({ parameters }) =>
      parameters.some(({ name }) => name === 'ownerId'),
    );
    expect(concerned.length).toBeGreaterThan(0);
    for (const operation of concerned) {
      const query = { ownerId: owner.user.user.id };
      const { status, text } = await call(operation, { query }, stranger.token);
      expect([nameOf(operation), status, shows(text)]).toEqual([nameOf(operation), 403, false]);
      // The same for somebody who does not exist: a stranger learns not even that.
      const nobody = await call(operation, { query: { ownerId: randomUUID() } }, stranger.token);
      expect([nameOf(operation), nobody.status]).toEqual([nameOf(operation), 403]);
    }
  });

  it('is not reached by a cursor of its owner, on any route that takes a cursor', async () => {
    const concerned = operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));
    expect(concerned.length).toBeGreaterThan(1);
    for (const operation of concerned) {
      const own = await makeWorld(app, stranger);
      const sent = operation.path.includes('{') ? { path: { id: own.jobId } } : {};
      for (const cursor of [owner.jobsCursor, owner.historyCursor]) {
        const answer = await call(operation, { ...sent, query: { limit: '1', cursor } }, stranger.token);
        expect([nameOf(operation), answer.body.code, shows(answer.text)]).toEqual([
          nameOf(operation),
          'cursor_mismatch',
          false,
        ]);
      }
    }
  });
});

describe('A body that names another owner, id or role', () => {
  const FORBIDDEN = [
    'id',
    'ownerId',
    'role',
    'userId',
    'version',
    'currentStatus',
    'createdAt',
    'actorId',
    'seq',
  ];

  it('is refused on every route that takes JSON', async () => {
    const concerned = operations.filter(({ requestBody }) => requestBody?.content['application/json']);
    expect(concerned.length).toBeGreaterThan(8);
    for (const operation of concerned) {
      const sent = await caseOf(nameOf(operation)).call(owner);
      for (const field of FORBIDDEN) {
        const body = { ...(sent.body as object | undefined), [field]: stranger.user.id };
        const answer = await call(
          operation,
          { ...sent, body },
          isPublic(operation) ? undefined : owner.user.token,
        );
        expect([nameOf(operation), field, answer.body.code]).toEqual([
          nameOf(operation),
          field,
          'validation_failed',
        ]);
        expect(answer.body.errors).toContainEqual({ field, message: 'is not known here' });
      }
    }
  });
});

describe('Without a valid access token', () => {
  const tokens = {
    none: undefined,
    garbage: 'garbage',
    'of another program': 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
  };

  it.each(Object.entries(tokens))('(%s) every route that is not public answers 401', async (_name, token) => {
    const concerned = operations.filter((operation) => !isPublic(operation));
    expect(concerned.length).toBeGreaterThan(15);
    for (const operation of concerned) {
      // What the owner does for the case comes first.
      const sent = await caseOf(nameOf(operation)).call(owner);
      const before = await ownersRows();
      const { status, headers, body } = await call(operation, sent, token);
      expect([nameOf(operation), status, body?.code]).toEqual([nameOf(operation), 401, 'unauthenticated']);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await ownersRows()).toEqual(before);
    }
  });

  it('every public route works', async () => {
    for (const operation of operations.filter(isPublic)) {
      const world = await makeWorld(app);
      const { status } = await call(operation, await caseOf(nameOf(operation)).call(world));
      expect([nameOf(operation), status < 300]).toEqual([nameOf(operation), true]);
    }
  });
});
