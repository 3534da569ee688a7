import { ExportExpiry } from '../../src/exports/export-expiry';
import { ExportRepository } from '../../src/exports/export.repository';
import { askForExport, fileOf, standingOf, writeExport } from '../support/background-exports';
import { expectProblem } from '../support/expect-problem';
import { startExportBench, type ExportBench } from '../support/export-bench';
import type { TestApp, TestUser } from '../support/test-app';

/** Enough for a file of several parts. */
const JOBS = 200;

let bench: ExportBench;
let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  bench = await startExportBench(JOBS);
  ({ app, user } = bench);
});
afterAll(() => app.close());
afterEach(() => bench.tidy());

describe('An export that has expired', () => {
  const expire = (id: string) => app.query(`UPDATE exports SET expires_at = now() WHERE id = $1`, [id]);
  const run = (signal = new AbortController().signal) => app.app.get(ExportExpiry).run({}, { signal });

  it('is kept for 7 days after it was done, and then is gone', async () => {
    const id = await bench.written();
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
    const [old, kept] = [await bench.written(), await bench.written()];
    const waiting = await askForExport(app, user);
    await expire(old);
    // More parts than a batch.
    await app.query(`INSERT INTO export_chunks SELECT $1, n, ''::bytea FROM generate_series(1000, 1250) n`, [
      old,
    ]);
    const parts = (await bench.chunksOf(old)).length;
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
    const id = await bench.written();
    await expire(id);
    await expect(run(AbortSignal.abort(new Error('The worker stops')))).rejects.toThrow('stops');
    expect((await bench.chunksOf(id)).length).toBeGreaterThan(0);
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
    expect([await bench.state(lost), await bench.state(forgotten)]).toEqual(['failed', 'failed']);
    expect((await standingOf(app, other, young)).body.state).toBe('queued');
    expect([(await standingOf(app, user, lost)).body.rows, await bench.chunksOf(lost)]).toEqual([0, []]);
  });

  it('does not count as failed while it is written, however long ago it was asked for', async () => {
    const id = await askForExport(app, user);
    await app.query(`UPDATE exports SET created_at = now() - interval '25 hours' WHERE id = $1`, [id]);
    const under = bench.stopAtChunk(1);
    const writing = writeExport(app, id);
    await under.reached;
    await run();
    const meanwhile = await bench.state(id);
    under.open();
    await writing;
    expect([meanwhile, await bench.state(id)]).toEqual(['running', 'done']);
  });
});
