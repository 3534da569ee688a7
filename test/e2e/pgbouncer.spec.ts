import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { AppConfig, parseEnvironment } from '../../src/config';
import { runMigrations } from '../../src/platform/database';
import { schema } from '../../src/schema';
import { JobApi } from '../support/job-api';
import { startPgBouncer, type PgBouncer } from '../support/pgbouncer';
import { PATIENT, startTestApp, TEST_PASSWORD, TEST_SECRET_KEY, type TestApp } from '../support/test-app';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database';
import { brokenInvariants } from '../support/trail/trail-invariants';

/** Fewer connections to Postgres than there are users at once: they change hands all the time. */
const POOL_SIZE = 3;
const USERS = 6;

const NDJSON = { 'content-type': 'application/x-ndjson' };

/** Milliseconds after which Postgres is to end a statement. */
const STATEMENT_TIMEOUT = 1_000;

let database: TestDatabase;
let bouncer: PgBouncer;
const apps: TestApp[] = [];

const start = async (overrides: Partial<NodeJS.ProcessEnv> = {}): Promise<TestApp> => {
  const app = await startTestApp(
    {
      ...PATIENT,
      DB_PREPARED_STATEMENTS: 'false',
      DB_MAX_CONNECTIONS: '8',
      DATABASE_DIRECT_URL: database.url,
      ...overrides,
    },
    { databaseUrl: bouncer.url },
  );
  apps.push(app);
  return app;
};

beforeAll(async () => {
  database = await createTestDatabase();
  bouncer = await startPgBouncer(database.url, { poolSize: POOL_SIZE });
  await start();
  await start();
});

afterAll(async () => {
  for (const app of apps) await app.close();
  await bouncer.stop();
  await database.drop();
});

const line = (index: number): string =>
  `${JSON.stringify({ externalRef: `ref-${index}`, title: `Imported ${index}`, status: 'applied' })}\n`;

const LINES = 600;

/** Few exports run at once in an instance: the users take turns. */
const exportTurn = {
  last: Promise.resolve() as Promise<unknown>,
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => undefined);
    return mine;
  },
};

/** What a user does in a day, with a check of each answer; every call goes to the instance whose turn it is. */
const day = async (user: number): Promise<void> => {
  let turn = user;
  const token = (await apps[turn % 2]?.register())?.token;
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const app = apps[turn++ % 2];
    if (app === undefined) throw new Error('No instance');
    const answer = await app.request(method, path, { token, body, ...(headers ? { headers } : {}) });
    expect([path, answer.status, answer.status < 300 ? '' : answer.text]).toEqual([
      path,
      method === 'POST' && !/archive|import|bulk/.test(path)
        ? 201
        : answer.status < 300
          ? answer.status
          : 200,
      '',
    ]);
    return answer;
  };
  const created = (await call('POST', '/api/jobs', { title: 'Engineer', tags: ['a'] })).body as {
    id: string;
  };
  const key = { 'idempotency-key': randomUUID() };
  const event = { status: 'applied', note: 'sent' };
  const first = await call('POST', `/api/jobs/${created.id}/status-events`, event, key);
  const again = await call('POST', `/api/jobs/${created.id}/status-events`, event, key);
  expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
  await call('PATCH', `/api/jobs/${created.id}`, { title: 'Architect', status: 'interview' });
  await call('POST', '/api/jobs/bulk/deadline', { ids: [created.id], deadline: '2030-01-01' });
  await call('POST', '/api/jobs/bulk/status', { ids: [created.id], status: 'offer' });
  const file = Array.from({ length: LINES }, (_, index) => line(index)).join('');
  for (const [mode, counts] of [
    ['skip', { created: LINES, failed: 0 }],
    ['update', { created: 0, skipped: LINES, failed: 0 }],
  ] as const) {
    const { body } = await call('POST', `/api/jobs/import?onConflict=${mode}`, file, NDJSON);
    expect(body).toMatchObject(counts);
  }
  const exported = await exportTurn.run(() => call('GET', '/api/jobs/export?format=ndjson'));
  expect(exported.text.trim().split('\n')).toHaveLength(LINES + 1);
  for (const query of ['', '?sort=title', '?q=imported&limit=5', '?count=exact&limit=5', '?page=3&limit=10'])
    await call('GET', `/api/jobs${query}`);
  const history = (await call('GET', `/api/jobs/${created.id}/status-events`)).body as {
    data: { status: string }[];
  };
  expect(history.data.map(({ status }) => status)).toEqual(['offer', 'interview', 'applied', 'wishlist']);
  const { body: job } = await call('GET', `/api/jobs/${created.id}`);
  expect(job).toMatchObject({
    title: 'Architect',
    deadline: '2030-01-01',
    currentStatus: 'offer',
    version: 5,
  });
  await call('POST', `/api/jobs/${created.id}/archive`, {});
  await call('DELETE', `/api/jobs/${created.id}`);
};

describe('Behind PgBouncer in transaction mode', () => {
  it('several instances serve several users at once, and every answer is right', async () => {
    await Promise.all(Array.from({ length: USERS }, (_, user) => day(user)));
    const { 'a version counts at least the events': _version, ...broken } = await brokenInvariants(apps[0]!);
    expect(broken).toEqual({});
    const [pool] = (
      await bouncer.console<{ database: string; sv_active: number; sv_idle: number }>('SHOW POOLS')
    ).filter((row) => row.database === new URL(database.url).pathname.slice(1));
    expect(Number(pool?.sv_active) + Number(pool?.sv_idle)).toBeLessThanOrEqual(POOL_SIZE);
  });

  it('accounts log in, refresh and log out through one instance or another', async () => {
    const [one, other] = apps as [TestApp, TestApp];
    const { user } = await one.register();
    const login = await other.request('POST', '/api/auth/login', {
      body: { email: user.email, password: TEST_PASSWORD },
    });
    expect(login.status).toBe(200);
    const { body } = await one.request('POST', '/api/auth/refresh', {
      body: { refreshToken: login.body.refreshToken },
    });
    expect((await other.request('GET', '/api/profile', { token: body.token })).body.email).toBe(user.email);
    expect(
      (await other.request('POST', '/api/auth/logout', { token: body.token, body: {} })).status,
    ).toBeLessThan(300);
  });

  it('answers are cached as long as one instance works there alone', async () => {
    const own = await createTestDatabase();
    try {
      const app = await startTestApp(
        { DB_PREPARED_STATEMENTS: 'false', DATABASE_DIRECT_URL: own.url },
        { databaseUrl: bouncer.urlFor(own.url) },
      );
      try {
        const api = await JobApi.ofNewUser(app);
        await api.create({ title: 'One' });
        const deadline = Date.now() + 20_000;
        while ((await api.get('')).headers.get('x-cache') !== 'HIT')
          if (Date.now() > deadline) throw new Error('Nothing is cached');
        await api.create({ title: 'Two' });
        expect((await api.get('')).body.data).toHaveLength(2);
      } finally {
        await app.close();
      }
    } finally {
      await own.drop();
    }
  });

  it('nothing is left on a connection that the next one would meet: no settings, statements or locks', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows } = await client.query(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(rows).toEqual([]);
    } finally {
      await client.end();
    }
    const pooled = new Client({ connectionString: bouncer.url });
    await pooled.connect();
    try {
      for (let round = 0; round < 2 * POOL_SIZE; round++) {
        const { rows } = await pooled.query(
          `SELECT (SELECT count(*)::int FROM pg_prepared_statements WHERE NOT from_sql AND name <> '') AS prepared,
                  current_setting('statement_timeout') AS timeout`,
        );
        expect(rows).toEqual([{ prepared: 0, timeout: '0' }]);
      }
    } finally {
      await pooled.end();
    }
  });

  it.each(['a transaction', 'a statement alone'])(
    'the statement timeout ends %s on the server, too',
    async (kind) => {
      const app = await start({ DB_STATEMENT_TIMEOUT: String(STATEMENT_TIMEOUT) });
      const api = await JobApi.ofNewUser(app);
      const { id } = await api.create();
      const holder = new Client({ connectionString: database.url });
      await holder.connect();
      try {
        await holder.query('BEGIN');
        await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [id]);
        const began = performance.now();
        const answer = await (kind === 'a transaction'
          ? api.patch(id, { title: 'Other' })
          : api.append(id, { status: 'applied' }));
        expect(answer.status).toBe(503);
        expect(performance.now() - began).toBeLessThan(STATEMENT_TIMEOUT + 4_000);
        const { rows } = await holder.query(
          `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows).toEqual([]);
        await holder.query('ROLLBACK');
        expect(await api.read(id)).toMatchObject({ version: 1 });
      } finally {
        await holder.end();
      }
    },
  );
});

describe('Migrations whose only way is through PgBouncer', () => {
  it('run, and leave no lock behind that would stop the next start', async () => {
    const empty = await createEmptyDatabase();
    try {
      const url = bouncer.urlFor(empty.url);
      const environment = parseEnvironment({ NODE_ENV: 'test', DB_PREPARED_STATEMENTS: 'false' });
      const config = new AppConfig(environment, { databaseUrl: url, secretKey: TEST_SECRET_KEY });
      expect((await runMigrations(config.database, schema)).length).toBeGreaterThan(0);
      expect(await runMigrations(config.database, schema)).toEqual([]);
    } finally {
      await empty.drop();
    }
  });
});
