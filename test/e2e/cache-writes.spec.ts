import { CacheInvalidator, userScope } from '../../src/platform/cache';
import { addressOf, caseOf, makeWorld, type ApiCall, type World } from '../support/api-cases';
import { CACHED_ROUTES, MAY_BE_OLD, outcome, startCachingApp, type CachingApp } from '../support/caching-app';
import { currentOpenApi, nameOf, operationsOf, type Operation } from '../support/open-api';
import type { TestResponse } from '../support/test-app';

/** Writes that change nothing that is cached. Any other has to be seen to change something. */
const UNSEEN = [
  ...['register', 'login', 'refresh', 'logout'].map((name) => `POST /api/auth/${name}`),
  'POST /api/exports',
];

/** What a write needs before it changes anything. */
const BEFORE: Record<string, string> = { 'POST /api/jobs/{id}/restore': '/archive' };

let app: CachingApp;
let writes: Operation[];

beforeAll(async () => {
  app = await startCachingApp();
  // What administrators do about the process writes nothing.
  writes = operationsOf(await currentOpenApi()).filter(
    (operation) => !['GET', 'HEAD'].includes(operation.method) && caseOf(nameOf(operation)).admin !== true,
  );
});
afterAll(() => app.close());

/** Reads of all that is cached of a user, with more than one shape of the list. */
const READS = [
  ...CACHED_ROUTES.filter((path) => !MAY_BE_OLD.includes(path)),
  '/api/jobs?archived=all&limit=100',
  '/api/jobs?status=rejected,offer',
  '/api/jobs/upcoming-deadlines?days=366',
];

const readAll = async ({ user, jobId }: World): Promise<TestResponse[]> => {
  const answers: TestResponse[] = [];
  for (const path of READS) {
    answers.push(await app.request('GET', path.replace('{id}', jobId), { token: user.token }));
  }
  return answers;
};

const shown = (answers: TestResponse[]): unknown[] =>
  answers.map(({ status, body }) => {
    const { requestId: _own, ...rest } = body as Record<string, unknown>;
    return [status, rest];
  });

/** Makes a write between reads that are cached. Gives what was read before, after, and past the cache. */
const around = async (name: string, write: (world: World) => Promise<TestResponse>): Promise<unknown[][]> => {
  const world = await makeWorld(app);
  const { jobId, user } = world;
  const prepared = BEFORE[name];
  if (prepared !== undefined) {
    await app.request('POST', `/api/jobs/${jobId}${prepared}`, { token: user.token, body: {} });
  }
  await readAll(world);
  const before = await readAll(world);
  expect(before.map(outcome)).toEqual(READS.map(() => '200 HIT'));
  const answer = await write(world);
  expect([name, Math.floor(answer.status / 100)]).toEqual([name, 2]);
  const after = await readAll(world);
  await app.app.get(CacheInvalidator).invalidate(userScope(user.user.id));
  const fresh = await readAll(world);
  expect(fresh.map(outcome)).not.toContain('200 HIT');
  return [before, after, fresh].map(shown);
};

const send = async (
  { method, path }: Operation,
  world: World,
  call: ApiCall,
  headers: Record<string, string> = {},
): Promise<TestResponse> =>
  app.request(method, addressOf(path, call), {
    token: world.user.token,
    body: call.body,
    headers: { ...call.headers, ...headers },
  });

it('Every write is seen by the next read of all that is cached', async () => {
  for (const operation of writes) {
    const name = nameOf(operation);
    const [before, after, fresh] = await around(name, async (world) =>
      send(operation, world, await caseOf(name).call(world)),
    );
    expect([name, after]).toEqual([name, fresh]);
    const changed = JSON.stringify(before) !== JSON.stringify(fresh);
    expect([name, changed]).toEqual([name, !UNSEEN.includes(name)]);
  }
});

it('Every write with an Idempotency-Key is seen, and its repetition changes nothing', async () => {
  const keyed = writes.filter(({ parameters }) => parameters.some(({ name }) => name === 'Idempotency-Key'));
  expect(keyed.length).toBeGreaterThan(5);
  for (const operation of keyed) {
    const name = nameOf(operation);
    let repeated: string | null = null;
    const [before, after, fresh] = await around(name, async (world) => {
      const call = await caseOf(name).call(world);
      const first = await send(operation, world, call, { 'idempotency-key': name });
      const seen = shown(await readAll(world));
      const again = await send(operation, world, call, { 'idempotency-key': name });
      repeated = again.headers.get('idempotency-replayed');
      expect(shown(await readAll(world))).toEqual(seen);
      return first;
    });
    expect([name, repeated]).toEqual([name, 'true']);
    expect([name, after]).toEqual([name, fresh]);
    expect([name, JSON.stringify(before) !== JSON.stringify(fresh)]).toEqual([name, !UNSEEN.includes(name)]);
  }
});

it('The other shapes of a write are seen as well', async () => {
  for (const operation of writes) {
    const name = nameOf(operation);
    for (const variant of caseOf(name).variants ?? []) {
      const [, after, fresh] = await around(name, async (world) =>
        send(operation, world, await variant(world)),
      );
      expect([name, after]).toEqual([name, fresh]);
    }
  }
});

it('A write of one user leaves what is cached for another', async () => {
  const [one, other] = [await makeWorld(app), await makeWorld(app)];
  await readAll(other);
  await app.request('PATCH', `/api/jobs/${one.jobId}`, { token: one.user.token, body: { title: 'Mine' } });
  expect((await readAll(other)).map(outcome)).toEqual(READS.map(() => '200 HIT'));
});

it('The time zone of the profile moves the upcoming deadlines', async () => {
  const { token } = await app.register();
  const call = (timeZone: string): Promise<TestResponse> =>
    app.request('PATCH', '/api/profile', { token, body: { timeZone } });
  const dayIn = (timeZone: string): string =>
    new Intl.DateTimeFormat('en-CA', { timeZone }).format(Date.now());
  const [east, west] = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'] as const;
  await app.request('POST', '/api/jobs', {
    token,
    body: { title: 'Today in the west', deadline: dayIn(west) },
  });
  const titles = async (): Promise<string> =>
    (await app.request('GET', '/api/jobs/upcoming-deadlines?days=0', { token })).text;
  await call(west);
  expect(await titles()).toContain('Today in the west');
  await call(east);
  expect(await titles()).not.toContain('Today in the west');
});
