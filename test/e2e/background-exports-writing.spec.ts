import { Logger } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { ExportDownloads } from '../../src/exports/export-downloads';
import { ExportExpiry } from '../../src/exports/export-expiry';
import { ExportWriter } from '../../src/exports/export-writer';
import { ExportRepository } from '../../src/exports/export.repository';
import { EXPORT_RETRIES, WRITE_EXPORT } from '../../src/exports/export.work';
import { Database } from '../../src/platform/database';
import type { WorkContext } from '../../src/platform/queue';
import { WorkRun, type Piece } from '../../src/platform/queue/work-run';
import {
  askForExport,
  fileOf,
  importJobs,
  openTransactions,
  standingOf,
  writeExport,
} from '../support/background-exports';
import { untilBlocked } from '../support/blocked';
import { beginDownload, until, type Download } from '../support/download';
import { expectProblem } from '../support/expect-problem';
import { stopAt, type Gate } from '../support/gate';
import { moveAllJobs, statesIn } from '../support/move-jobs';
import { PATIENT, startTestApp, type TestApp, type TestUser } from '../support/test-app';

/** More, with 7 kB each that can hardly be compressed, than the buffers of a connection take while nobody reads. */
const JOBS = 1200;

const EVENTS = { filters: {}, events: true };

let app: TestApp;
let user: TestUser;
let gate: Gate | undefined;
let downloads: Download[] = [];

beforeAll(async () => {
  app = await startTestApp({ ...PATIENT, DB_MAX_CONNECTIONS: '8' });
  user = await app.register();
  const notes = (): string => randomBytes(5000).toString('base64');
  await importJobs(
    app,
    user,
    Array.from({ length: JOBS }, (_, n) => ({ title: `job ${n}`, status: 'applied', notes: notes() })),
  );
});
afterAll(() => app.close());
afterEach(async () => {
  jest.restoreAllMocks();
  gate?.open();
  for (const download of downloads) download.destroy();
  downloads = [];
  await untilAllIdle();
  await app.query('DELETE FROM exports');
});

const untilAllIdle = async (): Promise<void> => {
  const { pool } = app.app.get(Database);
  await until(() => pool.totalCount === pool.idleCount);
  await until(async () => (await openTransactions(app)) === 0);
};

const state = async (id: string): Promise<unknown> => (await standingOf(app, user, id)).body.state;

const chunksOf = (id: string): Promise<{ seq: number; bytes: number }[]> =>
  app.query('SELECT seq, length(data) AS bytes FROM export_chunks WHERE export_id = $1 ORDER BY seq', [id]);

/** Stops the next writing before it keeps part `seq`. */
const stopAtChunk = (seq: number): Gate =>
  (gate = stopAt(app.app.get(ExportRepository), 'addChunk', 'before', (_attempt, each) => each === seq));

const begin = async (id: string, headers: Record<string, string> = {}, on = app): Promise<Download> => {
  const download = await beginDownload(`${on.url}/api/exports/${id}/file`, user.token, headers);
  downloads.push(download);
  return download;
};

const written = async (): Promise<string> => {
  const id = await askForExport(app, user);
  await writeExport(app, id);
  return id;
};

describe('The writing of an export', () => {
  it('shows one moment, jobs and histories, however much is written meanwhile', async () => {
    const id = await askForExport(app, user, EVENTS);
    const begun = stopAtChunk(0);
    const writing = writeExport(app, id);
    await begun.reached;
    await moveAllJobs(app, user, 'interview');
    begun.open();
    await writing;
    const { text } = await fileOf(app, user, id);
    expect(text.split('\n')).toHaveLength(JOBS + 1);
    expect(statesIn(text)).toEqual(['applied 1 applied']);
    expect((await standingOf(app, user, id)).body).toMatchObject({ rows: JOBS, totalRows: JOBS });
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
    const half = stopAtChunk(3);
    const writing = writeExport(app, id);
    await half.reached;
    const { rows, ...midway } = (await standingOf(app, user, id)).body as { rows: number };
    expect(midway).toMatchObject({ state: 'running', totalRows: JOBS, downloadUrl: null });
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(JOBS);
    half.open();
    await writing;
    const sizes = (await chunksOf(id)).map(({ bytes }) => bytes);
    expect(sizes.length).toBeGreaterThan(10);
    for (const size of sizes.slice(0, -1)) expect(size / (256 * 1024)).toBeCloseTo(1, 0);
  });

  it('begins anew when its worker has gone, and keeps nothing of what that one still writes', async () => {
    const id = await askForExport(app, user, EVENTS);
    const gone = stopAtChunk(2);
    const first = writeExport(app, id);
    await gone.reached;
    expect(await chunksOf(id)).toHaveLength(2);
    const second = writeExport(app, id);
    await second;
    const parts = await chunksOf(id);
    gone.open();
    await first;
    expect(await chunksOf(id)).toEqual(parts);
    expect((await standingOf(app, user, id)).body).toMatchObject({ state: 'done', rows: JOBS });
    expect((await fileOf(app, user, id)).text.split('\n')).toHaveLength(JOBS + 1);
  });

  it('is not done again when it is done', async () => {
    const id = await written();
    const [before] = await app.query('SELECT * FROM exports WHERE id = $1', [id]);
    await writeExport(app, id);
    expect(await app.query('SELECT * FROM exports WHERE id = $1', [id])).toEqual([before]);
  });

  it('ends at once when the worker is to stop, with nothing left behind, and can be begun anew', async () => {
    const id = await askForExport(app, user);
    const stop = new AbortController();
    const under = stopAtChunk(2);
    const writing = writeExport(app, id, { signal: stop.signal });
    await under.reached;
    stop.abort(new Error('The worker stops'));
    under.open();
    await expect(writing).rejects.toThrow();
    await untilAllIdle();
    expect((await standingOf(app, user, id)).body).toMatchObject({
      state: 'queued',
      rows: 0,
      totalRows: null,
    });
    expect(await chunksOf(id)).toEqual([]);
    await writeExport(app, id);
    expect(await state(id)).toBe('done');
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
    expect(await state(id)).toBe('queued');
  });

  it('is tried again after a failure, and has failed after the last: why is told to nobody', async () => {
    const id = await askForExport(app, user);
    const cut = async (): Promise<void> => {
      await app.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'jobtrail' AND xact_start IS NOT NULL`,
      );
    };
    for (const [attempt, expected] of [
      [1, 'queued'],
      [4, 'failed'],
    ] as const) {
      const under = stopAtChunk(1);
      const writing = writeExport(app, id, { attempt });
      await under.reached;
      await cut();
      under.open();
      await expect(writing).rejects.toThrow();
      expect(await state(id)).toBe(expected);
      expect(await chunksOf(id)).toEqual([]);
    }
    const { body } = await standingOf(app, user, id);
    expect(Object.keys(body as object).sort()).toEqual([
      'downloadUrl',
      'expiresAt',
      'id',
      'rows',
      'state',
      'totalRows',
    ]);
    expectProblem(await fileOf(app, user, id), 404, 'not_found');
  });

  it('is given up, and says so in the log, when it is no longer to be written', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const id = await askForExport(app, user);
    const under = stopAtChunk(1);
    const writing = writeExport(app, id);
    await under.reached;
    await app.query(`UPDATE exports SET state = 'failed' WHERE id = $1`, [id]);
    under.open();
    await writing;
    const line = { exportId: id, attempt: 1, now: { state: 'failed', attempt: 1 } };
    expect(warned).toHaveBeenCalledWith(expect.objectContaining(line), expect.any(String));
  });

  it.each([
    ['failed', 'its time is up', undefined, 0.2],
    ['queued', 'its worker stops', 'stop', 600],
    ['queued', 'another worker has it', 'lose', 600],
  ] as const)('is %s when at the last attempt %s', async (expected, _why, end, timeout) => {
    const id = await askForExport(app, user);
    const under = stopAtChunk(0);
    const handle = (data: object, context: WorkContext): Promise<void> => {
      context.signal.addEventListener('abort', () => under.open());
      return app.app.get(ExportWriter).write(data as { exportId: string }, context);
    };
    const piece = { id: randomUUID(), data: { exportId: id }, retryCount: EXPORT_RETRIES } as Piece;
    const run = new WorkRun(piece, { work: { ...WRITE_EXPORT, timeout }, handle });
    const outcome = run.perform();
    await Promise.race([under.reached, outcome]);
    if (end !== undefined) run[end]();
    await outcome;
    expect(await state(id)).toBe(expected);
    expect(await chunksOf(id)).toEqual([]);
  });

  it('fails for good, and is not tried again, where that is of no use', async () => {
    const writer = app.app.get(ExportWriter);
    const usual = writer.maxBytes;
    const tooLarge = await askForExport(app, user);
    try {
      writer.maxBytes = 600_000;
      await writeExport(app, tooLarge);
    } finally {
      writer.maxBytes = usual;
    }
    expect(await state(tooLarge)).toBe('failed');
    expect(await chunksOf(tooLarge)).toEqual([]);

    const admin = await app.registerAdmin();
    const id = await askForExport(app, admin, { filters: { ownerId: user.user.id } });
    await app.query(`UPDATE users SET role = 'user' WHERE id = $1`, [admin.user.id]);
    await writeExport(app, id);
    expect((await standingOf(app, admin, id)).body.state).toBe('failed');
  });

  it('takes no connection that those who read at once may have', async () => {
    const id = await askForExport(app, user);
    const under = stopAtChunk(1);
    const writing = writeExport(app, id);
    await under.reached;
    for (let n = 0; n < 3; n++)
      expect((await app.request('GET', '/api/jobs?limit=1', { token: user.token })).status).toBe(200);
    const reading = await beginDownload(`${app.url}/api/jobs/export`, user.token);
    downloads.push(reading);
    expect(reading.status).toBe(200);
    under.open();
    await writing;
  });
});

describe('The download of an export', () => {
  it('holds no connection, however slowly its client reads, and is given up when that one leaves', async () => {
    const id = await written();
    const [compressed, plain] = [await begin(id, { 'accept-encoding': 'gzip' }), await begin(id)];
    await untilAllIdle();
    compressed.destroy();
    expect(await plain.lines()).toBe(JOBS);
    const stalled = await begin(id);
    stalled.destroy();
    await until(() => openDownloads(app) === 0);
  });

  it('breaks off, so that the client sees it is incomplete, when the file is deleted meanwhile', async () => {
    const id = await written();
    const reading = await begin(id);
    await app.query('DELETE FROM exports WHERE id = $1', [id]);
    await reading.lines().catch(() => undefined);
    await until(() => reading.broke());
  });

  it('is cut when its client reads nothing for too long', async () => {
    const id = await written();
    const all = app.app.get(ExportDownloads);
    const usual = all.stallAfter;
    all.stallAfter = 1000;
    const stalled = await begin(id);
    all.stallAfter = usual;
    await until(() => openDownloads(app) === 0);
    await stalled.lines().catch(() => undefined);
    await until(() => stalled.broke());
  });

  it('does not keep the program from ending, however little its client reads', async () => {
    const id = await written();
    const other = await startTestApp({}, { databaseUrl: app.databaseUrl });
    await begin(id, {}, other);
    let closed = false;
    const closing = other.close().then(() => (closed = true));
    try {
      await until(() => closed);
    } finally {
      for (const download of downloads) download.destroy();
      await closing;
    }
  });
});

const openDownloads = (on: TestApp): number => on.app.get(ExportDownloads).underWay;

describe('An export that has expired', () => {
  const expire = (id: string) => app.query(`UPDATE exports SET expires_at = now() WHERE id = $1`, [id]);
  const run = (signal = new AbortController().signal) => app.app.get(ExportExpiry).run({}, { signal });

  it('is kept for 7 days after it was done, and then is gone', async () => {
    const id = await written();
    const [kept] = await app.query<{ days: number }>(
      `SELECT extract(epoch FROM expires_at - now()) / 86400 AS days FROM exports WHERE id = $1`,
      [id],
    );
    expect(Number(kept?.days)).toBeCloseTo(7, 1);
    await expire(id);
    expectProblem(await standingOf(app, user, id), 404, 'not_found');
    expectProblem(await fileOf(app, user, id), 404, 'not_found');
  });

  it('is deleted in bounded batches, and no other', async () => {
    const [old, kept] = [await written(), await written()];
    const waiting = await askForExport(app, user);
    await expire(old);
    // More parts than a batch.
    await app.query(`INSERT INTO export_chunks SELECT $1, n, ''::bytea FROM generate_series(1000, 1250) n`, [
      old,
    ]);
    const parts = (await chunksOf(old)).length;
    const repository = app.app.get(ExportRepository);
    const deleted: number[] = [];
    const original = repository.deleteExpiredChunks.bind(repository);
    repository.deleteExpiredChunks = async (limit) => {
      const count = await original(limit);
      deleted.push(count);
      return count;
    };
    try {
      await run();
    } finally {
      Reflect.deleteProperty(repository, 'deleteExpiredChunks');
    }
    expect(Math.max(...deleted)).toBe(100);
    expect(deleted.reduce((sum, count) => sum + count, 0)).toBe(parts);
    const left = await app.query<{ id: string }>('SELECT id FROM exports ORDER BY created_at');
    expect(left.map(({ id }) => id)).toEqual([kept, waiting]);
    expect((await fileOf(app, user, kept)).text.split('\n')).toHaveLength(JOBS + 1);
  });

  it('stays a while longer when the worker is to stop', async () => {
    const id = await written();
    await expire(id);
    await expect(run(AbortSignal.abort(new Error('The worker stops')))).rejects.toThrow('stops');
    expect((await chunksOf(id)).length).toBeGreaterThan(0);
  });

  it('counts as failed a day after it was last begun, or asked for: its worker could not say so; its parts go', async () => {
    const other = await app.register();
    const young = await askForExport(app, other);
    const [lost, forgotten] = [await askForExport(app, user), await askForExport(app, user)];
    const long = `now() - interval '25 hours'`;
    await app.query(`UPDATE exports SET created_at = ${long} WHERE id = $1`, [forgotten]);
    await app.query(
      `UPDATE exports SET created_at = ${long}, taken_at = ${long}, state = 'running', chunks = 1, bytes = 1, rows = 9
       WHERE id = $1`,
      [lost],
    );
    await app.query(`INSERT INTO export_chunks VALUES ($1, 0, 'x')`, [lost]);
    await run();
    expect([await state(lost), await state(forgotten)]).toEqual(['failed', 'failed']);
    expect((await standingOf(app, other, young)).body.state).toBe('queued');
    expect([(await standingOf(app, user, lost)).body.rows, await chunksOf(lost)]).toEqual([0, []]);
  });

  it('does not count as failed while it is written, however long ago it was asked for', async () => {
    const id = await askForExport(app, user);
    await app.query(`UPDATE exports SET created_at = now() - interval '25 hours' WHERE id = $1`, [id]);
    const under = stopAtChunk(1);
    const writing = writeExport(app, id);
    await under.reached;
    await run();
    const meanwhile = await state(id);
    under.open();
    await writing;
    expect([meanwhile, await state(id)]).toEqual(['running', 'done']);
  });
});
