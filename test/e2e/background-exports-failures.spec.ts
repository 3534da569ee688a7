import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ExportWriter } from '../../src/exports/export-writer';
import { EXPORT_RETRIES, WRITE_EXPORT } from '../../src/exports/export.work';
import type { WorkContext } from '../../src/platform/queue';
import { WorkRun, type Piece } from '../../src/platform/queue/work-run';
import { askForExport, fileOf, standingOf, writeExport } from '../support/background-exports';
import { expectProblem } from '../support/expect-problem';
import { MANY_JOBS, startExportBench, type ExportBench } from '../support/export-bench';
import type { TestApp, TestUser } from '../support/test-app';

let bench: ExportBench;
let app: TestApp;
let user: TestUser;

beforeAll(async () => {
  bench = await startExportBench(MANY_JOBS);
  ({ app, user } = bench);
});
afterAll(() => app.close());
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.tidy();
});

describe('The writing of an export', () => {
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
      const under = bench.stopAtChunk(1);
      const writing = writeExport(app, id, { attempt });
      await under.reached;
      await cut();
      under.open();
      await expect(writing).rejects.toThrow();
      expect(await bench.state(id)).toBe(expected);
      expect(await bench.chunksOf(id)).toEqual([]);
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
    const under = bench.stopAtChunk(1);
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
    const under = bench.stopAtChunk(0);
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
    expect(await bench.state(id)).toBe(expected);
    expect(await bench.chunksOf(id)).toEqual([]);
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
    expect(await bench.state(tooLarge)).toBe('failed');
    expect(await bench.chunksOf(tooLarge)).toEqual([]);

    const admin = await app.registerAdmin();
    const id = await askForExport(app, admin, { filters: { ownerId: user.user.id } });
    await app.query(`UPDATE users SET role = 'user' WHERE id = $1`, [admin.user.id]);
    await writeExport(app, id);
    expect((await standingOf(app, admin, id)).body.state).toBe('failed');
  });
});
