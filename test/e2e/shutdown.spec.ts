import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { eventually } from '../support/eventually';
import { ServedProgram } from '../support/faults/served-program';
import { BuiltProgram } from '../support/program';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import type { TestResponse, TestUser } from '../support/test-app';

let built: BuiltProgram;
let database: TestDatabase;
let holder: Client;

beforeAll(async () => {
  built = new BuiltProgram();
  database = await createTestDatabase();
});
beforeEach(async () => {
  holder = new Client({ connectionString: database.url });
  await holder.connect();
});
afterEach(() => holder.end());
afterAll(async () => {
  await built.remove();
  await database.drop();
});

const start = async (environment: NodeJS.ProcessEnv): Promise<{ program: ServedProgram; user: TestUser }> => {
  const program = await ServedProgram.start(built, { DATABASE_URL: database.url, ...environment });
  return { program, user: await program.register() };
};

/** A request that waits for a lock that the test holds. Wrapped, so that waiting for this does not wait for its answer. */
const blockedRead = async ({
  program,
  user,
}: Awaited<ReturnType<typeof start>>): Promise<{ answer: Promise<TestResponse> }> => {
  await holder.query('BEGIN; LOCK TABLE users');
  const answer = program.request('GET', '/api/profile', { token: user.token });
  await untilBlocked({ query: async (sql: string) => (await holder.query<never>(sql)).rows });
  return { answer };
};

/** Whether the port is open: anything else than an answer is no. */
const answers = (program: ServedProgram, path: string): Promise<number> =>
  program.request('GET', path).then(
    ({ status }) => status,
    () => 0,
  );

describe('A program that is told to end', () => {
  it('says so to probes first, serves on for SHUTDOWN_DELAY, closes its port, and ends with exit code 0', async () => {
    const { program, user } = await start({ SHUTDOWN_DELAY: '3' });
    expect(await answers(program, '/api/health/ready')).toBe(200);
    const began = performance.now();
    const ended = program.program.stop('SIGTERM');
    await eventually(
      () => answers(program, '/api/health/ready'),
      (status) => status === 503,
    );
    expect(await answers(program, '/api/health/live')).toBe(200);
    const { status, headers } = await program.request('GET', '/api/jobs', { token: user.token });
    expect([status, headers.get('connection')]).toEqual([200, 'close']);
    await eventually(
      () => answers(program, '/api/health/live'),
      (answer) => answer === 0,
    );
    expect(performance.now() - began).toBeGreaterThan(2_900);
    expect(await ended).toBe(0);
    expect(program.errors()).toEqual([]);
  });

  it('lets a request end that is under way, also after its port is closed', async () => {
    const started = await start({});
    const { answer } = await blockedRead(started);
    const ended = started.program.program.stop('SIGTERM');
    await eventually(
      () => answers(started.program, '/api/health/live'),
      (status) => status === 0,
    );
    await holder.query('ROLLBACK');
    const { status, headers } = await answer;
    expect([status, headers.get('connection')]).toEqual([200, 'close']);
    expect(await ended).toBe(0);
  });

  it('answers 503 to a request that takes longer than SHUTDOWN_TIMEOUT, and ends with exit code 0', async () => {
    const started = await start({ SHUTDOWN_TIMEOUT: '1' });
    const { answer } = await blockedRead(started);
    const began = performance.now();
    const ended = started.program.program.stop('SIGTERM');
    const { status, headers, body } = await answer;
    expect(performance.now() - began).toBeGreaterThan(900);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'unavailable', '1']);
    expect(await ended).toBe(0);
    expect(started.program.program.stdout).toContain('Requests took longer than SHUTDOWN_TIMEOUT: cut');
  });

  it('ends at once when it is told a second time', async () => {
    const { program } = await start({ SHUTDOWN_DELAY: '300' });
    program.program.signal('SIGTERM');
    await eventually(
      () => answers(program, '/api/health/ready'),
      (status) => status === 503,
    );
    // Two signals of one key press count as one.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await program.program.stop('SIGTERM')).toBe(1);
  });
});
