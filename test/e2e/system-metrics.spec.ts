import { Client } from 'pg';
import { databaseConfig, parseEnvironment } from '../../src/config';
import { PoolUsage, runMigrations } from '../../src/platform/database';
import { schema } from '../../src/schema';
import { startTcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';
import { startPostgres } from '../support/faults/postgres-server';

const PATH = '/api/admin/system-metrics';

let app: TestApp;
let admin: TestUser;
beforeAll(async () => {
  app = await startTestApp();
  admin = await app.registerAdmin();
});
afterAll(() => app.close());

const number = expect.any(Number) as number;

describe('GET /api/admin/system-metrics', () => {
  it('is for administrators alone', async () => {
    const { token } = await app.register();
    expect((await app.request('GET', PATH)).status).toBe(401);
    const refused = await app.request('GET', PATH, { token });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it('tells of the process, the pool, Postgres, the cache, Redis, the queue and the fold', async () => {
    const { status, body, headers } = await app.request('GET', PATH, { token: admin.token });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      cpu: { percent: number, recentPercent: number, cpus: number },
      load: [number, number, number],
      memory: { rssBytes: number, limitBytes: number, percent: number, externalBytes: number },
      heap: { usedBytes: number, limitBytes: number, percent: number },
      eventLoop: { meanMs: number, p99Ms: number, busyPercent: number, recentBusyPercent: number },
      pool: { max: 20, waiting: 0, health: 'healthy' },
      postgres: { version: expect.stringMatching(/^\d+\.\d+/) as string, maxConnections: 200 },
      cache: { backend: 'memory', keys: number, bytes: number, maxBytes: app.config.cache.maxBytes },
      redis: { state: 'none', commands: 0 },
      queue: { waiting: 0, running: 0, failed: 0 },
      fold: { pendingDeltas: number, oldestSeconds: number },
    });
    expect(body.uptime).toBeGreaterThan(0);
    expect(body.memory.rssBytes).toBeGreaterThan(50e6);
    expect(body.postgres.allConnections).toBeGreaterThanOrEqual(body.postgres.activeConnections);
    expect(body.postgres.activeConnections).toBeGreaterThanOrEqual(1);
  });

  it("tells the pool's health by how full it is", async () => {
    const small = await startTestApp({ DB_MAX_CONNECTIONS: '10' }, { databaseUrl: app.databaseUrl });
    try {
      const health = async (used: number): Promise<unknown> => {
        const usage = small.app.get(PoolUsage);
        const now = usage.now();
        jest.spyOn(usage, 'now').mockReturnValue({ ...now, used, percent: 10 * used });
        return (await small.request('GET', PATH, { token: admin.token })).body.pool.health;
      };
      expect([await health(7), await health(8), await health(9), await health(10)]).toEqual([
        'healthy',
        'warning',
        'warning',
        'critical',
      ]);
    } finally {
      jest.restoreAllMocks();
      await small.close();
    }
  });

  it('counts work that was given up, and says how many of the answers came from the cache', async () => {
    await app.query(`SELECT queue.create_queue('test-system-metrics', '{"policy": "standard"}')`);
    await app.query(
      `INSERT INTO queue.job (name, state, data) VALUES ('test-system-metrics', 'failed', '{}'), ('test-system-metrics', 'created', '{}')`,
    );
    const { token } = await app.register();
    for (const path of ['/api/workflows', '/api/workflows', '/api/workflows', '/api/workflows'])
      await app.request('GET', path, { token });
    const fresh = await startTestApp({}, { databaseUrl: app.databaseUrl });
    try {
      for (let n = 0; n < 4; n += 1) await fresh.request('GET', '/api/workflows', { token });
      const { body } = await fresh.request('GET', PATH, { token: admin.token });
      expect(body.queue).toMatchObject({ waiting: 1, failed: 1 });
      expect(body.cache.hitPercent).toBe(75);
    } finally {
      await fresh.close();
    }
  });

  it('answers with what it knows, and soon, when Postgres is away', async () => {
    const proxy = await startTcpProxy(app.databaseUrl);
    const apart = await startTestApp({}, { databaseUrl: proxy.urlFor(app.databaseUrl) });
    try {
      await proxy.cut();
      const started = performance.now();
      const away = await apart.request('GET', PATH, { token: admin.token });
      expect(performance.now() - started).toBeLessThan(5_000);
      expect(away.status).toBe(200);
      expect(away.body).toMatchObject({
        postgres: null,
        slowestStatements: null,
        slowestStatementsReason: expect.stringMatching(/could not be read/) as string,
        queue: null,
        fold: null,
        pool: { max: 20 },
        memory: { rssBytes: number },
      });
    } finally {
      await apart.close();
      await proxy.close();
    }
  });
});

describe('The slowest statements', () => {
  it('are null, with the reason, without the extension or where the server has not loaded it', async () => {
    const other = await startTestApp();
    try {
      const token = (await other.registerAdmin()).token;
      const told = async (): Promise<unknown> => {
        const { body } = await other.request('GET', PATH, { token });
        expect(body.slowestStatements).toBeNull();
        return body.slowestStatementsReason;
      };
      expect(await told()).toMatch(/not installed/);
      await other.query('CREATE EXTENSION pg_stat_statements');
      const reread = performance.now() + 2_100;
      while (performance.now() < reread) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await told()).toMatch(/shared_preload_libraries/);
    } finally {
      await other.close();
    }
  });

  it('are told where it is there, in whatever schema, without a value', async () => {
    const server = await startPostgres({ shared_preload_libraries: 'pg_stat_statements' });
    try {
      const databaseUrl = server.url;
      await runMigrations(databaseConfig(parseEnvironment({}), databaseUrl), schema);
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      await client.query('CREATE SCHEMA "Odd one"; CREATE EXTENSION pg_stat_statements SCHEMA "Odd one"');
      const own = await startTestApp({}, { databaseUrl });
      try {
        // Migrations are the slowest of all.
        await client.query('SELECT "Odd one".pg_stat_statements_reset()');
        await client.query(`SELECT pg_sleep(0.3), 'a secret value'`);
        await client.query(`DO $$ BEGIN PERFORM pg_sleep(0.3), 'a secret value'; END $$`);
        const { token } = await own.registerAdmin();
        const { body } = await own.request('GET', PATH, { token });
        expect(body.slowestStatementsReason).toBeNull();
        expect(body.slowestStatements.length).toBeGreaterThan(3);
        expect(body.slowestStatements.length).toBeLessThanOrEqual(10);
        const told = body.slowestStatements as { statement: string; meanMs: number }[];
        const nap = told.find(({ statement }) => statement.includes('pg_sleep'));
        expect(nap).toMatchObject({ statement: 'SELECT pg_sleep($1), $2', calls: 1, rows: 1 });
        expect(nap?.meanMs).toBeGreaterThanOrEqual(300);
        // The program's own have their names.
        expect(told.map(({ statement }) => statement)).toContainEqual(
          expect.stringMatching(/^[A-Z]+ \/\* [a-z]+\.[a-z-]+ \*\/ /),
        );
        expect(JSON.stringify(body)).not.toContain('secret');
      } finally {
        await client.end();
        await own.close();
      }
    } finally {
      await server.stop();
    }
  });
});
