import { Client, Pool, type QueryResultRow } from 'pg';
import { eventually } from '../support/eventually';
import { scrape, type Scrape } from '../support/metrics/scrape';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

let database: TestDatabase;
let proxy: TcpProxy;
/** On the database through the proxy. */
let app: TestApp;
/** Past the proxy. */
let direct: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.url);
  app = await startTestApp(
    { DB_MAX_CONNECTIONS: '7', DB_STATEMENT_TIMEOUT: '4000' },
    { databaseUrl: proxy.urlFor(database.url) },
  );
  direct = new Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await direct.end();
  await app.close();
  await proxy.close();
  await database.drop();
});

const query = async <Row extends QueryResultRow>(sql: string): Promise<Row[]> =>
  (await direct.query<Row>(sql)).rows;

/** How many sessions wait for a lock. */
const blocked = async (): Promise<number> => {
  const [row] = await query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.waiting ?? -1;
};

/** Longest that a scrape may take; Prometheus gives up after 10 s. Milliseconds. */
const PATIENCE = 5_000;

const scrapedInTime = async (): Promise<Scrape> => {
  const began = performance.now();
  const now = await scrape(app);
  expect(performance.now() - began).toBeLessThan(PATIENCE);
  return now;
};

/** The figures that are read from Postgres, every 5 s at most. */
const figuresOf = ({ series }: Scrape): string[] => {
  const names = series.map(({ name }) => name).filter((name) => /^jobtrail_(queue_jobs|fold_)/.test(name));
  return [...new Set(names)].sort();
};

const ALL = ['jobtrail_fold_oldest_seconds', 'jobtrail_fold_pending_deltas', 'jobtrail_queue_jobs'];

/** Waits until so many of them can be read. */
const untilRead = (count: number): Promise<string[]> =>
  eventually(
    async () => figuresOf(await scrapedInTime()),
    ({ length }) => length === count,
  );

describe('A database in trouble', () => {
  beforeEach(async () => {
    expect(await untilRead(ALL.length)).toEqual(ALL);
  });

  it('whose connections freeze costs the other metrics nothing', async () => {
    proxy.freeze();
    await eventually(
      async () => figuresOf(await scrapedInTime()).length,
      (length) => length < ALL.length,
    );
    expect((await scrapedInTime()).sum('active_sessions', { state: 'max' })).toBe(7);
  });

  it('whose tables are locked, likewise; one reading of them waits, however often somebody asks, and is ended', async () => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE queue.job IN ACCESS EXCLUSIVE MODE');
      await untilRead(2);
      // A reading waits for a second of every five.
      const waiting: number[] = [];
      const seen = (): boolean => waiting.filter((count) => count > 0).length >= 10;
      const asking = (async () => {
        while (!seen())
          for (const { sum } of await Promise.all(Array.from({ length: 10 }, scrapedInTime)))
            expect(sum('jobtrail_queue_readable')).toBe(0);
      })();
      const watching = eventually(async () => waiting.push(await blocked()), seen);
      await Promise.all([asking, watching]);
      expect(Math.max(...waiting)).toBe(1);
      await eventually(blocked, (count) => count === 0);
    } finally {
      await holder.end();
    }
  });

  it('that is away, likewise', async () => {
    await proxy.cut();
    try {
      await untilRead(0);
      const { sum } = await scrapedInTime();
      expect([sum('jobtrail_build_info'), sum('jobtrail_queue_readable')]).toEqual([1, 0]);
    } finally {
      await proxy.restore();
    }
  });

  it('is read again when it is back', async () => {
    expect((await scrapedInTime()).sum('jobtrail_queue_readable')).toBe(1);
  });
});
