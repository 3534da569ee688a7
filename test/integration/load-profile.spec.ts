import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { PROFILE, Profiling, type RunProfile } from '../../load-tests/run/profile/profiling';
import { statement } from '../../src/platform/database';
import { startPostgres, type PostgresServer } from '../support/faults/postgres-server';

/** Works in `before` until it is told to go on, and in `during` until it is told to end. */
const PROGRAM = `
  const told = [];
  process.stdin.on('data', (data) => told.push(String(data)));
  const forAWhile = (work) => { const end = performance.now() + 20; while (performance.now() < end) work(); };
  function before() { for (let i = 0; i < 1e5; i++) Math.sqrt(i); }
  function during() { for (let i = 0; i < 1e5; i++) Math.cbrt(i); }
  const turn = () => {
    if (told.length > 1) process.exit();
    forAWhile(told.length === 0 ? before : during);
    process.stdout.write('.');
    setImmediate(turn);
  };
  turn();`;

let folder: string;
let postgres: PostgresServer;
let client: Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jobtrail-profile-'));
  writeFileSync(join(folder, 'main.js'), PROGRAM);
  postgres = await startPostgres({ ...new Profiling({ out: folder, dist: folder }).settings });
  client = new Client({ connectionString: postgres.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (label: string, text: string): Promise<void> => {
  await client.query(statement(label, text));
};

describe('what the time of a load run goes to', () => {
  it('is told of the program and of Postgres, from the beginning of the load to its end', async () => {
    const profiling = new Profiling({ out: folder, dist: folder });
    const options = ['--cpu-prof', `--cpu-prof-dir=${profiling.folder}`, join(folder, 'main.js')];
    const program = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(program, 'exit');
    const working = async (): Promise<void> => {
      for (let turns = 0; turns < 10; turns++) await once(program.stdout, 'data');
    };
    await working();
    await run('test.before', 'SELECT 1');
    program.stdin.write('go on');
    await working();
    await profiling.begin(client);
    await run('test.slow', 'SELECT pg_sleep(0.1)');
    for (const number of [1, 2, 3]) await run('test.many', `SELECT ${number} FROM generate_series(1, 2)`);
    await client.query('SELECT 1 AS "of nobody"');
    await working();
    await profiling.end(client);
    program.stdin.write('end');
    await ended;

    const found = profiling.finish();
    const [most, ...others] = found.program.functions;
    expect(most?.name).toMatch(/^during \(program: main\.js, main\.js:\d+\)$/);
    expect(most?.share).toBeGreaterThan(0.5);
    expect(others.filter(({ name }) => name.startsWith('before '))).toEqual([]);
    expect(found.program.busy).toBeLessThanOrEqual(found.program.observed);

    const [slowest, ...rest] = found.statements;
    expect(slowest).toMatchObject({ name: 'test.slow', calls: 1, rows: 1 });
    expect(slowest?.total).toBeGreaterThanOrEqual(100);
    expect(rest).toContainEqual(expect.objectContaining({ name: 'test.many', calls: 3, rows: 6 }));
    expect(rest.map(({ name }) => name)).toContain('SELECT $1 AS "of nobody"');
    expect(rest.map(({ name }) => name)).not.toContain('test.before');
    expect(JSON.parse(readFileSync(join(folder, PROFILE), 'utf8')) as RunProfile).toEqual(found);
  });

  it('is not made up where the program left no profile', () => {
    expect(() => new Profiling({ out: folder, dist: folder }).finish()).toThrow(/left no CPU profile/);
  });
});
