import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ObservedDatabase } from '../support/faults/observed-database';
import { residentBytes } from '../support/faults/process-tree';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import { repositoryRoot } from '../support/repository-files';

const CONNECTIONS = 10_000;

/** Client processes, since each may have so many files open. */
const PROCESSES = 4;

/** Most bytes that a connection may cost: twice of what was measured. */
const BYTES_EACH = 32 * 1024;

/** Milliseconds: far more than a request takes, far less than if it had to wait for the others to leave. */
const QUICKLY = 5_000;

let built: BuiltProgram;
let database: ObservedDatabase;
let program: ServedProgram;
const clients: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  // Node raises its own limit to what the system allows at most.
  const most = execFileSync('/bin/sh', ['-c', 'ulimit -H -n']).toString().trim();
  if (most !== 'unlimited' && Number(most) < CONNECTIONS + 1_000)
    throw new Error(`A process may have ${most} files open, too few for this test: raise it (ulimit -H -n)`);
  built = new BuiltProgram();
  database = await ObservedDatabase.make();
  program = await ServedProgram.start(built, { DATABASE_URL: database.url, LOG_LEVEL: 'warn' });
});

afterAll(async () => {
  for (const client of clients) client.stdin.end();
  await built.remove();
  await database.remove();
});

/** Opens connections in a process of their own; gives what that says once they are all there. */
const openIdle = async (count: number): Promise<string> => {
  const script = join(repositoryRoot, 'test', 'support', 'faults', 'idle-clients.mjs');
  const client = spawn(process.execPath, [script, new URL(program.url).port, String(count)]);
  clients.push(client);
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  return line.toString();
};

describe('10 000 idle keep-alive connections', () => {
  it('keep nobody waiting, cost a bounded amount of memory each, and do not keep the program from ending', async () => {
    const user = await program.register();
    const jobId = await program.createJob(user);
    for (let turn = 0; turn < 200; turn++)
      await program.request('GET', `/api/jobs/${jobId}`, { token: user.token });
    const before = residentBytes(program.program.pid);

    const each = CONNECTIONS / PROCESSES;
    const said = await Promise.all(Array.from({ length: PROCESSES }, () => openIdle(each)));
    expect(said).toEqual(said.map(() => `open ${each} ${each}\n`));
    expect(residentBytes(program.program.pid) - before).toBeLessThan(CONNECTIONS * BYTES_EACH);

    const times: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const began = performance.now();
      const body = { status: 'applied', note: `note ${turn}` };
      const path = `/api/jobs/${jobId}`;
      const written = await program.request('POST', `${path}/status-events`, { token: user.token, body });
      const read = await program.request('GET', path, { token: user.token });
      expect([written.status, read.status]).toEqual([201, 200]);
      times.push(performance.now() - began);
    }
    expect(Math.max(...times)).toBeLessThan(QUICKLY);

    expect(await program.program.stop('SIGTERM')).toBe(0);
    await database.untilLeft();
  });
});
