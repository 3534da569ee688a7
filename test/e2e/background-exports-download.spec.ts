import { ExportDownloads } from '../../src/exports/export-downloads';
import { until, type Download } from '../support/download';
import { MANY_JOBS, startExportBench, type ExportBench } from '../support/export-bench';
import { startTestApp, type TestApp } from '../support/test-app';

let bench: ExportBench;
let app: TestApp;

beforeAll(async () => {
  bench = await startExportBench(MANY_JOBS);
  ({ app } = bench);
});
afterAll(() => app.close());
afterEach(() => bench.tidy());

const begin = (id: string, headers: Record<string, string> = {}, on = app): Promise<Download> =>
  bench.begin(`/api/exports/${id}/file`, headers, on);

const underWay = (): number => app.app.get(ExportDownloads).underWay;

describe('The download of an export', () => {
  it('holds no connection, however slowly its client reads, and is given up when that one leaves', async () => {
    const id = await bench.written();
    const [compressed, plain] = [await begin(id, { 'accept-encoding': 'gzip' }), await begin(id)];
    await bench.untilIdle();
    compressed.destroy();
    expect(await plain.lines()).toBe(MANY_JOBS);
    const stalled = await begin(id);
    stalled.destroy();
    await until(() => underWay() === 0);
  });

  it('breaks off, so that the client sees it is incomplete, when the file is deleted meanwhile', async () => {
    const id = await bench.written();
    const reading = await begin(id);
    await app.query('DELETE FROM exports WHERE id = $1', [id]);
    await reading.lines().catch(() => undefined);
    await until(() => reading.broke());
  });

  it('is cut when its client reads nothing for too long', async () => {
    const id = await bench.written();
    const all = app.app.get(ExportDownloads);
    const usual = all.stallAfter;
    all.stallAfter = 1000;
    const stalled = await begin(id);
    all.stallAfter = usual;
    await until(() => underWay() === 0);
    await stalled.lines().catch(() => undefined);
    await until(() => stalled.broke());
  });

  it('does not keep the program from ending, however little its client reads', async () => {
    const id = await bench.written();
    const other = await startTestApp({}, { databaseUrl: app.databaseUrl });
    const reading = await begin(id, {}, other);
    let closed = false;
    const closing = other.close().then(() => (closed = true));
    try {
      await until(() => closed);
    } finally {
      reading.destroy();
      await closing;
    }
  });
});
