import { readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import v8 from 'node:v8';
import { Profiler } from '../../src/platform/profiling';
import { eventually } from '../support/eventually';
import { PATIENT, startTestApp, type TestApp, type TestUser } from '../support/test-app';

const HEAP = '/api/admin/diagnostics/heap-snapshot';

/** Chunks of 64 KiB: far more than the buffers between the process and its reader take. */
const CHUNKS = 400;
const SIZE = CHUNKS * 64 * 1024;

/** JSON, in the place of the heap of the tests, which is large and would be long in the making. */
const someSnapshot = (): Readable =>
  Readable.from(
    Array.from({ length: CHUNKS }, (_, index) =>
      Buffer.from((index === 0 ? '[]' : '').padEnd(SIZE / CHUNKS)),
    ),
    { objectMode: false },
  );

describe('A heap snapshot', () => {
  const file = join(tmpdir(), `jobtrail-stalled-${process.pid}.log`);
  let app: TestApp;
  let admin: TestUser;
  let profiler: Profiler;
  let taken: Readable;
  beforeAll(async () => {
    app = await startTestApp({ ...PATIENT, LOG_LEVEL: 'error', LOG_FILE: file });
    admin = await app.registerAdmin();
    profiler = app.app.get(Profiler);
  });
  beforeEach(() => {
    jest.spyOn(v8, 'getHeapSnapshot').mockImplementation(() => (taken = someSnapshot()));
  });
  afterEach(() => {
    profiler.stallAfter = 30_000;
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await app.close();
    rmSync(file, { force: true });
  });

  const outcomes = (): unknown[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ context, outcome }) => context === 'Diagnostics' && outcome !== undefined)
      .map(({ outcome }) => outcome);

  /** Asks for one, and reads no more than the beginning of the answer. */
  const stall = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST ${HEAP} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer ${admin.token}\r\ncontent-length: 0\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    return socket;
  };

  it('that nobody reads on is given up after a time, and the process goes on', async () => {
    profiler.stallAfter = 300;
    const socket = await stall();
    await eventually(
      () => profiler.running,
      (running) => running === undefined,
    );
    expect(taken.destroyed).toBe(true);
    await eventually(outcomes, (found) => found.length > 0);
    expect(outcomes()).toEqual(['broken off']);
    socket.destroy();
    // The next one is taken, and read to its end.
    profiler.stallAfter = 30_000;
    const { status, text } = await app.request('POST', HEAP, { token: admin.token });
    expect([status, text.length]).toEqual([200, SIZE]);
    await eventually(outcomes, (found) => found.length > 1);
    expect(outcomes()).toEqual(['broken off', 'sent']);
  });

  it('is given up although nobody has begun to read it', async () => {
    profiler.stallAfter = 10;
    const snapshot = profiler.heapSnapshot();
    const error = await new Promise((resolve) => snapshot.once('close', () => resolve(snapshot.errored)));
    expect(error).toEqual(new Error('The snapshot was not read'));
    expect(profiler.running).toBeUndefined();
  });
});
