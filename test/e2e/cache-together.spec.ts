import { request } from 'node:http';
import { Database } from '../../src/platform/database';
import { untilBlocked } from '../support/blocked';
import { outcome, startCachingApp, until, type CachingApp } from '../support/caching-app';
import { JobApi } from '../support/job-api';
import type { TestResponse } from '../support/test-app';

const MANY = 12;
const PATH = '/api/jobs?count=none&limit=3';

let app: CachingApp;
let api: JobApi;

beforeAll(async () => {
  app = await startCachingApp();
  api = await JobApi.ofNewUser(app);
  await api.create({ title: 'Programmer' });
});
afterAll(() => app.close());
beforeEach(() => app.evict());

const get = (): Promise<TestResponse> => app.request('GET', PATH, { token: api.user.token });

const misses = (): number => app.answers.counts.of('jobs').misses;

/** Holds every read of jobs up while `work` runs. */
const held = async (work: () => Promise<void>): Promise<void> => {
  const client = await app.app.get(Database).pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
    await work();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
};

/** Requests that all have come, the first of them with a statement that waits for the lock. */
const come = async (count: number): Promise<Promise<TestResponse>[]> => {
  const before = misses();
  const asked = Array.from({ length: count }, get);
  await until(() => misses() === before + count, 'all to come');
  await untilBlocked(app);
  return asked;
};

const blocked = `FROM pg_stat_activity WHERE datname = current_database()
  AND application_name = 'jobtrail' AND wait_event_type = 'Lock'`;

describe('Requests for the same that come together', () => {
  it('share one query', async () => {
    let asked: Promise<TestResponse>[] = [];
    await held(async () => {
      asked = await come(MANY);
      expect(await app.query(`SELECT count(*)::int AS waiting ${blocked}`)).toEqual([{ waiting: 1 }]);
    });
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(outcome)).toEqual(answers.map(() => '200 MISS'));
    expect(outcome(await get())).toBe('200 HIT');
  });

  it('do not wait for the first where that fails: each is answered by a query of its own', async () => {
    let asked: Promise<TestResponse>[] = [];
    await held(async () => {
      asked = await come(3);
      await app.query(`SELECT pg_cancel_backend(pid) ${blocked}`);
      await untilBlocked(app, 2);
    });
    const [first, ...others] = await Promise.all(asked);
    expect(first?.status).toBeGreaterThanOrEqual(500);
    expect(others.map(outcome)).toEqual(['200 MISS', '200 MISS']);
    expect([outcome(await get()), outcome(await get())]).toEqual(['200 MISS', '200 HIT']);
  });

  it('have the answer of the first also where its client has left', async () => {
    let asked: Promise<TestResponse>[] = [];
    await held(async () => {
      const before = misses();
      const leaving = request(app.url + PATH, { headers: { authorization: `Bearer ${api.user.token}` } });
      leaving.on('error', () => undefined).end();
      await until(() => misses() === before + 1, 'the first to come');
      await untilBlocked(app);
      asked = await come(2);
      leaving.destroy();
    });
    expect((await Promise.all(asked)).map(outcome)).toEqual(['200 MISS', '200 MISS']);
    expect(outcome(await get())).toBe('200 HIT');
  });
});
