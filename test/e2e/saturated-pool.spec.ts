import { randomBytes } from 'node:crypto';
import { type PoolClient } from 'pg';
import { Database, FiguresConnection, unprepared } from '../../src/platform/database';
import { eventually } from '../support/eventually';
import { scrape } from '../support/metrics/scrape';
import { startTestApp, type TestApp } from '../support/test-app';

const SYSTEM_METRICS = '/api/admin/system-metrics';
const CONNECTIONS = 3;

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startTestApp({
    DB_MAX_CONNECTIONS: String(CONNECTIONS),
    DB_CONNECTION_TIMEOUT: '60000',
    MAX_EXPORTS: '1',
  });
  token = (await app.registerAdmin()).token;
});
afterAll(() => app.close());

/** Runs `work` while every connection of the pool is held, and requests wait for one. */
const saturated = async (work: () => Promise<void>): Promise<void> => {
  const { pool } = app.app.get(Database);
  const held: PoolClient[] = [];
  for (let n = 0; n < CONNECTIONS; n += 1) held.push(await pool.connect());
  const waiting = [pool.connect(), pool.connect()];
  try {
    await work();
    expect(pool.waitingCount).toBe(waiting.length);
  } finally {
    for (const client of held) client.release();
    for (const client of waiting) (await client).release();
  }
};

/** Sessions of the program by their name, that of the pool among them. */
const sessions = async (): Promise<Record<string, number>> => {
  const rows = await app.query<{ name: string; count: number }>(
    `SELECT application_name AS name, count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name ~ '^jobtrail( figures| health)?$' GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
};

describe('While every connection of the pool is at work', () => {
  it('the system metrics tell of Postgres, its statements, the queue and the fold all the same', async () => {
    await saturated(async () => {
      const { status, body } = await eventually(
        () => app.request('GET', SYSTEM_METRICS, { token }),
        ({ body: { postgres, queue, fold } }) => ![postgres, queue, fold].includes(null),
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({
        pool: { used: CONNECTIONS, waiting: 2, health: 'critical' },
        postgres: { maxConnections: 200 },
        slowestStatementsReason: expect.stringMatching(/not installed/) as string,
        queue: { waiting: 0 },
        fold: { pendingDeltas: 0 },
      });
    });
  });

  it('the metrics tell of the queue and the fold, so that no database counts as unreadable', async () => {
    await saturated(async () => {
      const { sum, series } = await eventually(
        () => scrape(app),
        (told) => told.sum('jobtrail_queue_readable') === 1,
      );
      expect(sum('active_sessions', { state: 'waiting' })).toBe(2);
      const names = new Set(series.map(({ name }) => name));
      expect(
        ['jobtrail_queue_jobs', 'jobtrail_fold_pending_deltas'].filter((name) => !names.has(name)),
      ).toEqual([]);
    });
  });

  it('two connections more than the pool are open: for readiness and for figures', async () => {
    await saturated(async () => {
      await app.request('GET', '/api/health/ready');
      await app.app.get(FiguresConnection).read(unprepared('SELECT 1'));
      expect(await sessions()).toEqual({
        jobtrail: CONNECTIONS,
        'jobtrail figures': 1,
        'jobtrail health': 1,
      });
    });
  });
});

describe('Figures', () => {
  it('that take long do not make readiness wait', async () => {
    const connection = app.app.get(FiguresConnection);
    await eventually(
      async () => {
        // What was found out about the database is told for a second.
        await new Promise((resolve) => setTimeout(resolve, 1_050));
        let ended = false;
        const figure = connection
          .read(unprepared('SELECT pg_sleep(30)'))
          .catch(() => undefined)
          .finally(() => (ended = true));
        await eventually(
          () =>
            app.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' AND state = 'active'`),
          ({ length }) => length > 0 || ended,
        );
        const { status } = await app.request('GET', '/api/health/ready');
        const before = !ended;
        await figure;
        return { status, before };
      },
      // On a machine that stalls the figure may have been ended before the answer came.
      ({ status, before }) => status === 200 && before,
    );
  });

  it('are measured as other queries are', async () => {
    const counted = async (): Promise<number> =>
      (await scrape(app)).sum('db_query_time_ms_count', { query: 'test.figure' });
    const before = await counted();
    await app.app.get(FiguresConnection).read(unprepared('SELECT 1', 'test.figure'));
    expect((await counted()) - before).toBe(1);
  });

  it('take a connection of the pool where Postgres has no room for one more', async () => {
    const role = `figures_${randomBytes(4).toString('hex')}`;
    await app.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    for (const kind of ['TABLES', 'SEQUENCES', 'ROUTINES'])
      await app.query(`GRANT ALL ON ALL ${kind} IN SCHEMA public TO ${role}`);
    const url = new URL(app.databaseUrl);
    [url.username, url.password] = [role, 'secret'];
    const limited = await startTestApp({ CACHE_ENABLED: 'false' }, { databaseUrl: url.href });
    try {
      (await limited.app.get(Database).pool.connect()).release();
      await app.query(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
      expect(await limited.app.get(FiguresConnection).readOne(unprepared('SELECT 7 AS seven'))).toEqual({
        seven: 7,
      });
    } finally {
      await limited.close();
      await app.query(`DROP OWNED BY ${role}`);
      await app.query(`DROP ROLE ${role}`);
    }
  });
});
