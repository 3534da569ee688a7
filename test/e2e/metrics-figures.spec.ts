import { CountFolder } from '../../src/job-counts';
import { Database, unprepared } from '../../src/platform/database';
import { Upkeep } from '../../src/platform/queue';
import { ProcessVitals } from '../../src/platform/vitals';
import { startCachingApp, until, type CachingApp } from '../support/caching-app';
import { eventually } from '../support/eventually';
import { scrape, type Scrape } from '../support/metrics/scrape';
import { type TestResponse, type TestUser } from '../support/test-app';

let app: CachingApp;
let user: TestUser;

beforeAll(async () => {
  app = await startCachingApp({
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_PER_MINUTE: '500',
    DB_MAX_CONNECTIONS: '7',
    TRUST_PROXY: '1',
  });
  user = await app.register();
});
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<TestResponse> =>
  app.request('GET', path, { token: user.token, headers });

/** Figures of Postgres are read every 5 s at most. */
const figures = async (holds: (now: Scrape) => boolean): Promise<Scrape> => {
  let latest: Scrape | undefined;
  await eventually(async () => holds((latest = await scrape(app))), Boolean);
  return latest ?? scrape(app);
};

describe('The metrics of queries', () => {
  it('count each query by its name, and what TypeORM and transactions send', async () => {
    const before = await scrape(app);
    await app.register();
    const after = await scrape(app);
    const grown = (query: string): number =>
      after.sum('db_query_time_ms_count', { query }) - before.sum('db_query_time_ms_count', { query });
    expect(grown('transaction.commit')).toBe(1);
    expect(grown('transaction.begin')).toBeGreaterThanOrEqual(1);
    const names = [...new Set(after.series.flatMap(({ labels }) => labels.query ?? []))];
    expect(names).toEqual(expect.arrayContaining(['sessions.open', 'users.create']));
    expect(names.filter((name) => !/^[a-z_-]+(\.[a-z_-]+)?$/.test(name))).toEqual([]);
    // It took some time, and less than all of this.
    const took = after.sum('db_query_time_ms_sum', { query: 'transaction.commit' });
    expect(took).toBeGreaterThan(0.01);
    expect(took).toBeLessThan(60_000);
  });

  it('count what fails', async () => {
    const before = await scrape(app);
    await expect(app.app.get(Database).query(unprepared('SELECT 1/0', 'test.division'))).rejects.toThrow();
    const after = await scrape(app);
    const errors = 'jobtrail_db_query_errors_total';
    expect(after.sum(errors) - before.sum(errors)).toBe(1);
    expect(after.sum('db_query_time_ms_count', { query: 'test.division' })).toBe(1);
  });

  it('hold no name that somebody makes up at run time, beyond some hundred', async () => {
    const { app: context } = app;
    const made = new Set<string>();
    for (let index = 0; index < 400; index += 1) {
      made.add(`made-up.${index}`);
      await context.get(Database).query(unprepared('SELECT 2', `made-up.${index}`));
    }
    const { series, sum } = await scrape(app);
    const shown = series.filter(({ name }) => name === 'db_query_time_ms_count');
    expect(shown.length).toBeLessThanOrEqual(301);
    expect(sum('db_query_time_ms_count', { query: 'other' })).toBeGreaterThan(90);
  });
});

describe('The metrics of the pool', () => {
  it('tell who has a connection and who waits for one, without those that asking for them takes', async () => {
    const { sum } = await scrape(app);
    expect(sum('active_sessions', { state: 'max' })).toBe(7);
    expect(sum('active_sessions', { state: 'used' })).toBe(0);
    const { pool } = app.app.get(Database);
    const held = await Promise.all(Array.from({ length: 7 }, () => pool.connect()));
    const waiting = pool.connect();
    try {
      const full = await scrape(app);
      expect(full.sum('active_sessions', { state: 'used' })).toBe(7);
      expect(full.sum('active_sessions', { state: 'idle' })).toBe(0);
      expect(full.sum('active_sessions', { state: 'waiting' })).toBe(1);
      expect(full.sum('jobtrail_db_longest_wait_seconds')).toBeGreaterThan(0);
    } finally {
      for (const client of held) client.release();
      (await waiting).release();
    }
  });
});

describe('The metrics of the cache', () => {
  const outcomes = ({ sum }: Scrape): Record<string, number> =>
    Object.fromEntries(
      ['hit', 'miss', 'stale', 'bypass'].map((outcome) => [
        outcome,
        sum('jobtrail_cache_requests_total', { namespace: 'workflows', outcome }) +
          sum('jobtrail_cache_requests_total', { namespace: 'jobs', outcome }),
      ]),
    );

  it('tell a hit, a miss, and what was kept but no longer true', async () => {
    await get('/api/jobs?limit=3');
    await until(async () => (await get('/api/jobs?limit=3')).headers.get('x-cache') === 'HIT', 'a hit');
    const before = await scrape(app);
    expect((await get('/api/jobs?limit=3')).headers.get('x-cache')).toBe('HIT');
    expect((await get('/api/jobs?limit=4')).headers.get('x-cache')).toBe('MISS');
    await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'Another' } });
    expect((await get('/api/jobs?limit=3')).headers.get('x-cache')).toBe('MISS');
    const after = outcomes(await scrape(app));
    const was = outcomes(before);
    expect(Object.entries(after).map(([name, count]) => [name, count - (was[name] ?? 0)])).toEqual([
      ['hit', 1],
      ['miss', 1],
      ['stale', 1],
      ['bypass', 0],
    ]);
  });

  it('tell what it holds', async () => {
    const { sum } = await scrape(app);
    const { bytes, keys } = app.answers.memory.use;
    expect(sum('jobtrail_cache_entries')).toBe(keys);
    expect(sum('jobtrail_cache_bytes')).toBe(bytes);
    expect(bytes).toBeGreaterThan(0);
    expect(sum('jobtrail_cache_max_bytes')).toBe(app.config.cache.maxBytes);
  });

  it('tell the room that it has, which shrinks while memory is short', async () => {
    const { maxBytes } = app.config.cache;
    expect((await scrape(app)).sum('jobtrail_cache_room_bytes')).toBe(maxBytes);
    app.answers.memory.shrink();
    try {
      const { sum } = await scrape(app);
      expect(sum('jobtrail_cache_room_bytes')).toBe(maxBytes / 2);
      expect(sum('jobtrail_cache_max_bytes')).toBe(maxBytes);
    } finally {
      app.answers.memory.restore();
    }
  });
});

describe('The metrics of the process', () => {
  it('tell how busy its event loop was over ten seconds, and how many CPUs requests can keep busy', async () => {
    const vitals = app.app.get(ProcessVitals);
    const now = vitals.now();
    const eventLoop = { ...now.eventLoop, utilization: 10, recentUtilization: 93 };
    const measured = jest.spyOn(vitals, 'now').mockReturnValue({ ...now, eventLoop });
    try {
      const { sum } = await scrape(app);
      expect(sum('jobtrail_event_loop_busy_ratio')).toBe(0.93);
      expect(sum('jobtrail_cpu_usable_cores')).toBe(Math.min(1, app.config.resources.cpus));
    } finally {
      measured.mockRestore();
    }
  });
});

describe('The metrics of the limits', () => {
  it('tell requests that were allowed, and those that were refused, which are measured too', async () => {
    const before = await scrape(app);
    const client = { 'x-forwarded-for': '198.51.100.7' };
    const answers = await Promise.all(
      Array.from({ length: 510 }, () => app.request('GET', '/api/nowhere', { headers: client })),
    );
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    const after = await figures(
      ({ sum }) =>
        sum('request_duration_seconds_count', { route: 'unknown' }) -
          before.sum('request_duration_seconds_count', { route: 'unknown' }) >=
        510,
    );
    const grown = (outcome: string): number =>
      after.sum('jobtrail_rate_limited_requests_total', { outcome }) -
      before.sum('jobtrail_rate_limited_requests_total', { outcome });
    expect([grown('allowed'), grown('refused')]).toEqual([500, 10]);
  });
});

describe('The metrics of the queue', () => {
  it('tell how much waits, how long, what is dead, and when a worker was last there', async () => {
    await app.app.get(Upkeep).whenDue();
    await app.query(
      `INSERT INTO queue.job (name, state, created_on, start_after)
       VALUES ('write-export', 'created', now() - interval '90 s', now() - interval '80 s'),
              ('write-export', 'created', now() - interval '90 s', now() - interval '70 s'),
              ('write-export', 'retry', now() - interval '90 s', now() + interval '1 h'),
              ('write-export', 'active', now(), now()), ('write-export', 'failed', now(), now()),
              ('write-export', 'completed', now(), now())`,
    );
    const { sum } = await figures((now) => now.sum('jobtrail_queue_jobs', { state: 'failed' }) === 1);
    const of = (state: string): number => sum('jobtrail_queue_jobs', { work: 'write-export', state });
    expect(['waiting', 'put_off', 'running', 'failed'].map(of)).toEqual([2, 1, 1, 1]);
    const oldest = sum('jobtrail_queue_oldest_seconds', { work: 'write-export' });
    expect(oldest).toBeGreaterThanOrEqual(80);
    expect(oldest).toBeLessThan(140);
    expect(sum('jobtrail_queue_oldest_seconds', { work: 'expire-exports' })).toBe(0);
    expect(sum('jobtrail_queue_upkeep_age_seconds')).toBeLessThan(60);
    expect(sum('jobtrail_queue_readable')).toBe(1);
    expect(sum('jobtrail_worker_enabled')).toBe(0);
  });

  it('tell how far the fold is behind, until it has folded', async () => {
    const behind = await figures(({ sum }) => sum('jobtrail_fold_pending_deltas') > 0);
    expect(behind.sum('jobtrail_fold_oldest_seconds')).toBeGreaterThanOrEqual(0);
    const later = await figures(({ sum }) => sum('jobtrail_fold_oldest_seconds') > 4);
    expect(later.sum('jobtrail_fold_pending_deltas')).toBeGreaterThan(0);
    while (await app.app.get(CountFolder).fold());
    const done = await figures(({ sum }) => sum('jobtrail_fold_pending_deltas') === 0);
    expect(done.sum('jobtrail_fold_oldest_seconds')).toBe(0);
  });
});
