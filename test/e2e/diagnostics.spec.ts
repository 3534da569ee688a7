import { connect, type Socket } from 'node:net';
import { SNAPSHOT_PER_HEAP, SpareMemory } from '../../src/diagnostics/spare-memory';
import { Profiler } from '../../src/platform/profiling';
import { eventually } from '../support/eventually';
import { memoryIsTold, memoryOf } from '../support/process-memory';
import { BuiltProgram, type RunningProgram } from '../support/program';
import { send, startTestApp, type TestApp, type TestUser } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const CPU = '/api/admin/diagnostics/cpu-profile';
const HEAP = '/api/admin/diagnostics/heap-snapshot';

describe('Diagnostics', () => {
  let app: TestApp;
  let admin: TestUser;
  let profiler: Profiler;
  beforeAll(async () => {
    app = await startTestApp();
    admin = await app.registerAdmin();
    profiler = app.app.get(Profiler);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.close());

  const ask = (path: string, token: string | undefined = admin.token) => app.request('POST', path, { token });

  it.each([CPU, HEAP])('are for administrators alone: %s', async (path) => {
    const { token } = await app.register();
    const [unknown, user] = [await ask(path, ''), await ask(path, token)];
    expect([unknown.status, user.status, user.body.code]).toEqual([401, 403, 'forbidden']);
    expect(profiler.running).toBeUndefined();
  });

  it('record a CPU profile, as a file that is never cached', async () => {
    const { status, headers, body } = await ask(`${CPU}?seconds=1`);
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="jobtrail-cpu-[\d-]{10}\.cpuprofile"$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.nodes.length).toBeGreaterThan(1);
    const micros: number = body.endTime - body.startTime;
    expect(micros).toBeGreaterThan(900_000);
    expect(profiler.running).toBeUndefined();
  });

  it.each(['0', '61', '1.5', 'x'])('take no %s seconds', async (seconds) => {
    const { status, body } = await ask(`${CPU}?seconds=${seconds}`);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it('are one at a time, whoever takes them', async () => {
    const end = new AbortController();
    const automatic = profiler.cpuProfile(60_000, end.signal).catch(() => undefined);
    for (const path of [CPU, HEAP]) {
      const { status, body } = await ask(path);
      expect([status, body.code]).toEqual([409, 'diagnostics_running']);
    }
    end.abort();
    await automatic;
    expect((await ask(`${CPU}?seconds=1`)).status).toBe(200);
  });

  it('refuse a snapshot where memory is too short for it', async () => {
    const memory = jest.spyOn(app.app.get(SpareMemory), 'forSnapshot');
    memory.mockReturnValue({ needed: 400e6, spare: 100e6 });
    const { status, body } = await ask(HEAP);
    expect([status, body.code]).toEqual([507, 'insufficient_memory']);
    expect(body.detail).toMatch(/381 MiB.*95 MiB/);
    expect(profiler.running).toBeUndefined();
  });

  it('tell a profile that is being recorded that the application ends', async () => {
    const other = await startTestApp({}, { databaseUrl: app.databaseUrl });
    const answer = other.request('POST', `${CPU}?seconds=60`, { token: admin.token });
    await eventually(
      () => other.app.get(Profiler).running,
      (running) => running !== undefined,
    );
    await other.close();
    expect((await answer).status).toBe(503);
  });
});

describe('The memory that a snapshot needs', () => {
  it('is reckoned by the heap, and is left where the limit and the machine have it', async () => {
    const app = await startTestApp();
    const { needed, spare } = app.app.get(SpareMemory).forSnapshot();
    await app.close();
    const { heapUsed } = process.memoryUsage();
    expect(needed / (SNAPSHOT_PER_HEAP * heapUsed)).toBeGreaterThan(0.5);
    expect(needed / (SNAPSHOT_PER_HEAP * heapUsed)).toBeLessThan(2);
    expect(spare).toBeGreaterThan(0);
  });
});

describe('Diagnostics of a process', () => {
  const ADMIN = { email: 'root@example.com', password: 'the password of the admin' };
  let program: BuiltProgram;
  let database: TestDatabase;
  let running: RunningProgram;
  let url: string;
  let token: string;

  beforeAll(async () => {
    program = new BuiltProgram();
    database = await createTestDatabase();
    running = program.start({
      DATABASE_URL: database.url,
      DATA_DIR: program.folder,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      RATE_LIMIT_ENABLED: 'false',
      LOG_LEVEL: 'fatal',
    });
    url = await running.url();
    token = (await send(url, 'POST', '/api/auth/login', { body: ADMIN })).body.token as string;
  });
  afterAll(async () => {
    await program.remove();
    await database.drop();
  });

  const audit = (): Record<string, unknown>[] =>
    running.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ context }) => context === 'Diagnostics');
  const untilAudited = (outcome: string, count = 1): Promise<Record<string, unknown>[]> =>
    eventually(audit, (lines) => lines.filter((line) => line.outcome === outcome).length >= count);

  /** Sends a request whose answer nobody may read. */
  const begin = (path: string): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer ${token}\r\ncontent-length: 0\r\n\r\n`,
    );
    return socket;
  };

  // The first one of the process: later ones find most of that memory.
  (memoryIsTold ? it : it.skip)('take no more memory than is reckoned', async () => {
    const { body } = await send(url, 'GET', '/api/admin/system-metrics', { token });
    const { usedBytes } = (body as { heap: { usedBytes: number } }).heap;
    const before = memoryOf(running.pid, 'VmRSS');
    expect((await send(url, 'POST', HEAP, { token })).status).toBe(200);
    const taken = memoryOf(running.pid, 'VmHWM') - before;
    expect(taken).toBeLessThan(SNAPSHOT_PER_HEAP * usedBytes);
  });

  it('give a snapshot of the heap, and the log tells at each level who took it and what became of it', async () => {
    const { status, headers, text } = await send(url, 'POST', HEAP, { token });
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(/jobtrail-heap-[\d-]{10}\.heapsnapshot/);
    const { snapshot, strings } = JSON.parse(text) as { snapshot: { node_count: number }; strings: string[] };
    expect(snapshot.node_count).toBeGreaterThan(10_000);
    expect(strings.length).toBeGreaterThan(1_000);
    const lines = (await untilAudited('sent', memoryIsTold ? 2 : 1)).slice(-2);
    const who = {
      kind: 'heap-snapshot',
      userId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      req: expect.objectContaining({ id: headers.get('x-request-id') }) as object,
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...who, level: 40, msg: 'Diagnostics asked for' }),
      expect.objectContaining({ ...who, outcome: 'sent', bytes: Buffer.byteLength(text) }),
    ]);
  });

  it('end when the client leaves, and the next may be taken at once', async () => {
    const recording = begin(`${CPU}?seconds=60`);
    await eventually(audit, (lines) => lines.some(({ seconds }) => seconds === 60));
    expect((await send(url, 'POST', CPU, { token })).status).toBe(409);
    recording.destroy();
    await untilAudited('client_left');
    const snapshot = begin(HEAP);
    // The head of the answer, and no more of it.
    await new Promise((resolve) => snapshot.once('data', resolve));
    snapshot.pause();
    expect((await send(url, 'POST', `${CPU}?seconds=1`, { token })).status).toBe(409);
    snapshot.destroy();
    await untilAudited('broken off');
    expect((await send(url, 'POST', `${CPU}?seconds=1`, { token })).status).toBe(200);
    await untilAudited('diagnostics_running', 2);
    expect(running.stdout).not.toMatch(/Unexpected error/);
  });
});
