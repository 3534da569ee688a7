import { Client } from 'pg';
import { Database } from '../../src/platform/database';
import { LoadMonitor, type LoadLevel } from '../../src/platform/load';
import { untilBlocked } from '../support/blocked';
import { startCachingApp, until, type CachingApp } from '../support/caching-app';
import { type TestResponse, type TestUser } from '../support/test-app';

const CONNECTIONS = 4;

const SHEDDING = { LOAD_SHEDDING_ENABLED: 'true', DB_MAX_CONNECTIONS: String(CONNECTIONS) };

/** What is refused first, and its kind. */
const HEAVY = [
  ['GET', '/api/jobs/export', 'export'],
  ['GET', '/api/jobs?paginate=false', 'unpaginated'],
  ['GET', '/api/jobs?count=exact', 'count'],
  ['GET', '/api/jobs?page=90&limit=100', 'offset'],
  ['POST', '/api/jobs/import', 'import'],
] as const;

let app: CachingApp;
let user: TestUser;
let jobId: string;
let undo: (() => Promise<void>)[] = [];

const start = async (overrides: Partial<NodeJS.ProcessEnv>): Promise<void> => {
  app = await startCachingApp({ ...SHEDDING, ...overrides });
  user = await app.register();
  const made = await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'A job' } });
  jobId = (made.body as { id: string }).id;
};

afterEach(async () => {
  for (const each of undo.reverse()) await each();
  undo = [];
  await app.close();
});

const get = (path: string): Promise<TestResponse> => app.request('GET', path, { token: user.token });

const untilLevel = (level: LoadLevel): Promise<void> =>
  until(() => app.app.get(LoadMonitor).level === level, `load to be ${level}`);

/**
 * Takes all connections by changes of a row that the test has locked, and keeps others waiting for them: not by
 * requests, so that they still ask for one when requests are refused.
 */
const fillThePool = async (): Promise<void> => {
  const holder = new Client({ connectionString: app.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [jobId]);
  const change = { token: user.token, body: { city: 'Oslo' } };
  const changes = Array.from({ length: CONNECTIONS }, () =>
    app.request('PATCH', `/api/jobs/${jobId}`, change),
  );
  await untilBlocked(app, CONNECTIONS);
  const { pool } = app.app.get(Database);
  let held = true;
  const wait = async (): Promise<void> => {
    // Again, since who has waited too long is refused.
    while (held)
      await pool.connect().then(
        (client) => client.release(),
        () => undefined,
      );
  };
  const waiting = Array.from({ length: 8 }, wait);
  undo.push(async () => {
    held = false;
    await holder.end();
    await Promise.all([...changes, ...waiting]);
  });
};

/** Keeps the event loop from its other work for so many milliseconds each turn. */
const blockEachTurn = (milliseconds: number): void => {
  let blocking = true;
  const block = (): void => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    if (blocking) setImmediate(block);
  };
  setImmediate(block);
  undo.push(() => {
    blocking = false;
    return Promise.resolve();
  });
};

/** All at once: one after the other would take long where each takes turns of a late event loop. */
const expectHeavyRefused = async (): Promise<void> => {
  const expectRefused = async ([method, path, kind]: (typeof HEAVY)[number]): Promise<void> => {
    const answer = await app.request(method, path, {
      token: user.token,
      ...(method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/x-ndjson' } } : {}),
    });
    expect({ path, status: answer.status, code: (answer.body as { code?: string }).code }).toEqual({
      path,
      status: 503,
      code: 'unavailable',
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(app.app.get(LoadMonitor).counts.refused.get(kind)).toBeGreaterThanOrEqual(1);
  };
  await Promise.all(HEAVY.map(expectRefused));
};

/** The statuses of the first so many that are answered. */
const eventuallyRefused = async (asked: Promise<TestResponse>[], count: number): Promise<number[]> => {
  const statuses: number[] = [];
  for (const each of asked) void each.then(({ status }) => statuses.push(status));
  await until(() => statuses.length >= count, 'some to be refused');
  return statuses.slice(0, count);
};

describe('While requests wait long for a connection to the database', () => {
  // A fifth of the time that a request may wait is too long for what is heavy, and not for the rest.
  it('heavy ones are refused, light ones wait their turn', async () => {
    await start({ DB_CONNECTION_TIMEOUT: '20000' });
    await fillThePool();
    await untilLevel('busy');
    await expectHeavyRefused();
    expect((await get('/api/health/live')).status).toBe(200);
    const light = get('/api/jobs/upcoming-deadlines');
    for (const each of undo.reverse()) await each();
    undo = [];
    expect((await light).status).toBe(200);
    await untilLevel('normal');
    expect((await get('/api/jobs/export')).status).toBe(200);
  });

  it('and soon would be refused for that, light ones are refused at once, but not what is cached nor health', async () => {
    await start({});
    expect((await get('/api/workflows')).headers.get('x-cache')).toBe('MISS');
    await fillThePool();
    await untilLevel('saturated');
    const started = performance.now();
    const answer = await get('/api/jobs');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(performance.now() - started).toBeLessThan(app.config.database.connectionTimeout);
    await expectHeavyRefused();
    expect((await get('/api/health/live')).status).toBe(200);
    const cached = await get('/api/workflows');
    expect([cached.status, cached.headers.get('x-cache')]).toEqual([200, 'HIT']);
    expect(app.app.get(LoadMonitor).counts.refused.get('light')).toBeGreaterThanOrEqual(1);
  });
});

describe('While the event loop is late', () => {
  it('heavy requests are refused', async () => {
    await start({});
    blockEachTurn(350);
    // On a machine that has little time for the process it may be saturated at once.
    await until(() => app.app.get(LoadMonitor).level !== 'normal', 'load not to be normal');
    await expectHeavyRefused();
    expect((await get('/api/health/live')).status).toBe(200);
  });

  it('and very late, light ones but a few are refused as well, but not what is cached nor health', async () => {
    // A connection takes several turns to be opened.
    await start({ DB_CONNECTION_TIMEOUT: '60000' });
    await get('/api/workflows');
    blockEachTurn(1300);
    await untilLevel('saturated');
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
    const light = Array.from({ length: 6 }, (_each, index) => get(`/api/jobs?limit=${index + 1}`));
    const refused = await eventuallyRefused(light, 2);
    const [health, cached] = await Promise.all(['/api/health/live', '/api/workflows'].map(get));
    expect([health?.status, cached?.headers.get('x-cache')]).toEqual([200, 'HIT']);
    await holder.end();
    const statuses = (await Promise.all(light)).map(({ status }) => status);
    expect([refused, statuses.filter((status) => status === 200).length]).toEqual([[503, 503], 4]);
  });

  it('and very late, a cold cache fills all the same, for one user after the other', async () => {
    await start({});
    blockEachTurn(1300);
    await untilLevel('saturated');
    for (const outcome of ['MISS', 'HIT']) {
      const answer = await get('/api/jobs');
      expect([answer.status, answer.headers.get('x-cache')]).toEqual([200, outcome]);
    }
    expect(app.app.get(LoadMonitor).level).toBe('saturated');
  });
});

describe('With LOAD_SHEDDING_ENABLED=false', () => {
  it('nothing is refused for the load', async () => {
    await start({ LOAD_SHEDDING_ENABLED: 'false' });
    blockEachTurn(300);
    for (let each = 0; each < 10; each++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(app.app.get(LoadMonitor).level).toBe('normal');
    expect((await get('/api/jobs/export')).status).toBe(200);
  });
});
