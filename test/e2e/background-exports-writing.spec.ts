import { Database } from '../../src/platform/database';
import {
  askForExport,
  fileOf,
  importJobs,
  openTransactions,
  standingOf,
  writeExport,
} from '../support/background-exports';
import { untilBlocked } from '../support/blocked';
import { until } from '../support/download';
import { MANY_JOBS, startExportBench, type ExportBench } from '../support/export-bench';
import { moveAllJobs, statesIn } from '../support/move-jobs';
import type { TestApp, TestUser } from '../support/test-app';

const EVENTS = { filters: {}, events: true };

let bench: ExportBench;
let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  bench = await startExportBench(MANY_JOBS);
  ({ app, user } = bench);
});
afterAll(() => app.close());
afterEach(() => bench.tidy());

describe('The writing of an export', () => {
  it('shows one moment, jobs and histories, however much is written meanwhile', async () => {
    const id = await askForExport(app, user, EVENTS);
    const begun = bench.stopAtChunk(0);
    const writing = writeExport(app, id);
    await begun.reached;
    await moveAllJobs(app, user, 'interview');
    begun.open();
    await writing;
    const { text } = await fileOf(app, user, id);
    expect(text.split('\n')).toHaveLength(MANY_JOBS + 1);
    expect(statesIn(text)).toEqual(['applied 1 applied']);
    expect((await standingOf(app, user, id)).body).toMatchObject({ rows: MANY_JOBS, totalRows: MANY_JOBS });
    const next = await askForExport(app, user, EVENTS);
    await writeExport(app, next);
    expect(statesIn((await fileOf(app, user, next)).text)).toEqual(['interview 2 applied,interview']);
  });

  it('counts the jobs of that same moment', async () => {
    const other = await app.register();
    const jobs = Array.from({ length: 5 }, (_, n) => ({ title: `job ${n}` }));
    await importJobs(app, other, jobs);
    const id = await askForExport(app, other, EVENTS);
    const lock = await app.app.get(Database).pool.connect();
    try {
      // The jobs have been counted when the histories are to be read.
      await lock.query('BEGIN; LOCK TABLE job_status_events IN ACCESS EXCLUSIVE MODE');
      const writing = writeExport(app, id);
      await untilBlocked(app);
      await lock.query(`DELETE FROM jobs WHERE owner_id = '${other.user.id}'; COMMIT`);
      await writing;
    } finally {
      lock.release(true);
    }
    expect((await standingOf(app, other, id)).body).toMatchObject({ state: 'done', rows: 5, totalRows: 5 });
    expect(statesIn((await fileOf(app, other, id)).text)).toEqual(['wishlist 1 wishlist']);
  });

  it('tells how far it has come, and keeps parts of one size', async () => {
    const id = await askForExport(app, user);
    const half = bench.stopAtChunk(3);
    const writing = writeExport(app, id);
    await half.reached;
    const { rows, ...midway } = (await standingOf(app, user, id)).body as { rows: number };
    expect(midway).toMatchObject({ state: 'running', totalRows: MANY_JOBS, downloadUrl: null });
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(MANY_JOBS);
    half.open();
    await writing;
    const sizes = (await bench.chunksOf(id)).map(({ bytes }) => bytes);
    expect(sizes.length).toBeGreaterThan(10);
    for (const size of sizes.slice(0, -1)) expect(size / (256 * 1024)).toBeCloseTo(1, 0);
  });

  it('begins anew when its worker has gone, and keeps nothing of what that one still writes', async () => {
    const id = await askForExport(app, user, EVENTS);
    const gone = bench.stopAtChunk(2);
    const first = writeExport(app, id);
    await gone.reached;
    expect(await bench.chunksOf(id)).toHaveLength(2);
    const second = writeExport(app, id);
    await second;
    const parts = await bench.chunksOf(id);
    gone.open();
    await first;
    expect(await bench.chunksOf(id)).toEqual(parts);
    expect((await standingOf(app, user, id)).body).toMatchObject({ state: 'done', rows: MANY_JOBS });
    expect((await fileOf(app, user, id)).text.split('\n')).toHaveLength(MANY_JOBS + 1);
  });

  it('is not done again when it is done', async () => {
    const id = await bench.written();
    const [before] = await app.query('SELECT * FROM exports WHERE id = $1', [id]);
    await writeExport(app, id);
    expect(await app.query('SELECT * FROM exports WHERE id = $1', [id])).toEqual([before]);
  });

  it('ends at once when the worker is to stop, with nothing left behind, and can be begun anew', async () => {
    const id = await askForExport(app, user);
    const stop = new AbortController();
    const under = bench.stopAtChunk(2);
    const writing = writeExport(app, id, { signal: stop.signal });
    await under.reached;
    stop.abort(new Error('The worker stops'));
    under.open();
    await expect(writing).rejects.toThrow();
    await bench.untilIdle();
    expect((await standingOf(app, user, id)).body).toMatchObject({
      state: 'queued',
      rows: 0,
      totalRows: null,
    });
    expect(await bench.chunksOf(id)).toEqual([]);
    await writeExport(app, id);
    expect(await bench.state(id)).toBe('done');
  });

  it.each([
    ['counts', {}, 'jobs'],
    ['reads', EVENTS, 'job_status_events'],
  ])('ends at once while the database still %s', async (_what, body, table) => {
    const id = await askForExport(app, user, body);
    const lock = await app.app.get(Database).pool.connect();
    try {
      await lock.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      const stop = new AbortController();
      const writing = writeExport(app, id, { signal: stop.signal });
      await untilBlocked(app);
      stop.abort(new Error('The worker stops'));
      await expect(writing).rejects.toThrow();
      // The lock is still there, and nobody waits for it any more.
      await until(async () => (await openTransactions(app)) === 1);
    } finally {
      await lock.query('ROLLBACK');
      lock.release();
    }
    expect(await bench.state(id)).toBe('queued');
  });

  it('takes no connection that those who read at once may have', async () => {
    const id = await askForExport(app, user);
    const under = bench.stopAtChunk(1);
    const writing = writeExport(app, id);
    await under.reached;
    for (let n = 0; n < 3; n++)
      expect((await app.request('GET', '/api/jobs?limit=1', { token: user.token })).status).toBe(200);
    const reading = await bench.begin('/api/jobs/export');
    expect(reading.status).toBe(200);
    under.open();
    await writing;
  });
});
