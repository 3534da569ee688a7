import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, statement } from '../../src/platform/database';
import { eventually } from '../support/eventually';
import { BuiltProgram, type RunningProgram } from '../support/program';
import { startTestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

type Line = Record<string, unknown> & { msg: string; level: number; context?: string };

const [INFO, WARN] = [30, 40];

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'jobtrail-monitors-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('The monitors of a process', () => {
  let program: BuiltProgram;
  let database: TestDatabase;
  let running: RunningProgram;

  beforeAll(async () => {
    program = new BuiltProgram();
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await program.remove();
    await database.drop();
  });

  const start = async (environment: NodeJS.ProcessEnv): Promise<string> => {
    running = program.start({
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      RESOURCE_REPORT_INTERVAL: '0',
      ...environment,
    });
    return running.url();
  };
  const untilSaid = (text: string): Promise<Line[]> =>
    eventually(
      () => linesOf(running.stdout),
      (lines) => lines.some(({ msg }) => msg.includes(text)),
    );

  it('report its resources again and again', async () => {
    await start({ RESOURCE_REPORT_INTERVAL: '1', WORKER_ENABLED: 'false' });
    const reports = await eventually(
      () => linesOf(running.stdout).filter(({ context }) => context === 'Resources'),
      (lines) => lines.length >= 2,
    );
    expect(reports[1]).toMatchObject({
      level: INFO,
      cpu: { percent: expect.any(Number) as number, cpus: expect.any(Number) as number },
      memory: { rss: expect.any(Number) as number, percent: expect.any(Number) as number },
      heap: { used: expect.any(Number) as number },
      eventLoop: { p99: expect.any(Number) as number },
      pool: { used: 0, waiting: 0, max: 20 },
      cache: { keys: expect.any(Number) as number },
      redis: 'none',
    });
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  it('take one CPU profile when it is busy for long, and keep it in the folder', async () => {
    const url = await start({
      CPU_PROFILE_PERCENT: '1',
      CPU_PROFILE_AFTER: '2',
      CPU_PROFILE_SECONDS: '1',
    });
    const busy = new AbortController();
    const load = (async () => {
      while (!busy.signal.aborted) await (await fetch(`${url}/api/docs-json`)).text();
    })();
    const lines = await untilSaid('A CPU profile was written');
    // It goes on being busy, and there is none again within the hour.
    await untilSaid('A CPU profile was written');
    const again = performance.now() + 4_000;
    await eventually(
      () => performance.now(),
      (now) => now > again,
    );
    busy.abort();
    await load;
    const { file } = lines.find(({ msg }) => msg.includes('written')) as unknown as { file: string };
    expect(readdirSync(join(folder, 'diagnostics'))).toHaveLength(1);
    const profile = JSON.parse(readFileSync(file, 'utf8')) as { nodes: unknown[]; samples: unknown[] };
    expect(profile.nodes.length).toBeGreaterThan(10);
    expect(profile.samples.length).toBeGreaterThan(10);
    expect(linesOf(running.stdout).filter(({ msg }) => msg.includes('profile is taken'))).toHaveLength(1);
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  it('say at start that a CPU profile could not be kept, once, and go on', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const url = await start({ DIAGNOSTICS_DIR: join(file, 'diagnostics') });
    const lines = await untilSaid('CPU profiles cannot be kept');
    expect(lines.filter(({ msg }) => msg.includes('CPU profiles'))).toEqual([
      expect.objectContaining({ level: WARN, folder: join(file, 'diagnostics'), code: 'ENOTDIR' }),
    ]);
    expect((await fetch(`${url}/api/health/live`)).status).toBe(200);
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  it('say nothing of a folder that can be made, or is not needed', async () => {
    writeFileSync(join(folder, 'file'), '');
    for (const environment of [
      { DIAGNOSTICS_DIR: join(folder, 'a', 'b') },
      { DIAGNOSTICS_DIR: join(folder, 'file', 'b'), CPU_PROFILE_PERCENT: '0' },
    ]) {
      await start(environment);
      expect(await running.stop('SIGTERM')).toBe(0);
      expect(running.stdout).not.toContain('CPU profiles');
    }
    expect(readdirSync(folder)).not.toContain('a');
  });

  it('say that memory runs short before it is at its end', async () => {
    await start({
      MEMORY_HIGH_PERCENT: '1',
      MEMORY_CRITICAL_PERCENT: '0',
      NODE_OPTIONS: '--max-old-space-size=256',
    });
    const lines = await untilSaid('Memory runs short');
    expect(lines.find(({ msg }) => msg.includes('Memory runs short'))).toMatchObject({
      level: WARN,
      memory: 'high',
      cache: { freed: 0, room: expect.any(Number) as number },
    });
    expect(await running.stop('SIGTERM')).toBe(0);
  });
});

describe('The log of queries', () => {
  const NAP = statement('test.nap', 'SELECT pg_sleep($1), $2::text AS word');

  const logged = async (
    environment: Partial<NodeJS.ProcessEnv>,
    work: (database: Database) => Promise<unknown>,
  ): Promise<Line[]> => {
    const file = join(folder, randomUUID());
    const app = await startTestApp({ LOG_LEVEL: 'info', LOG_FILE: file, ...environment });
    try {
      await work(app.app.get(Database));
    } finally {
      await app.close();
    }
    return linesOf(readFileSync(file, 'utf8')).filter(({ context }) => context === 'Database');
  };

  it('tells of a slow one by its name, with time and rows and without its values', async () => {
    const lines = await logged({ SLOW_QUERY_MS: '200' }, async (database) => {
      await database.query(NAP, [0.25, 'secret']);
      await database.query(NAP, [0, 'secret']);
    });
    expect(lines).toEqual([
      expect.objectContaining({ level: WARN, msg: 'Slow query', query: 'test.nap', rows: 1 }),
    ]);
    expect(lines[0]?.durationMs).toBeGreaterThanOrEqual(250);
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines[0]).not.toHaveProperty('failed');
  });

  it('tells of one that was ended for its time, however fast that was', async () => {
    const lines = await logged({ DB_STATEMENT_TIMEOUT: '100' }, (database) =>
      expect(database.query(NAP, [5, 'secret'])).rejects.toThrow('statement timeout'),
    );
    expect(lines).toEqual([expect.objectContaining({ level: WARN, query: 'test.nap', failed: '57014' })]);
  });

  it('tells of every one where it is asked for, without values', async () => {
    const lines = await logged({ LOG_QUERIES: 'true' }, (database) => database.query(NAP, [0, 'secret']));
    expect(lines).toContainEqual(expect.objectContaining({ level: INFO, msg: 'Query', query: 'test.nap' }));
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(await logged({}, (database) => database.query(NAP, [0, 'x']))).toEqual([]);
  });
});
