import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { isThere, ProcessGroup } from '../support/process-group';
import { BuiltProgram, type ProgramEntry, type RunningProgram } from '../support/program';
import { startRedis, type RedisServer } from '../support/redis-server';
import { TEST_SECRET_KEY } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** An e-mail address as it is in the parameters and the row, and in nothing that may be told. */
const VALUE = 'ada@example.com';

/** Loaded before the program: has it come upon such an error on SIGUSR2, or at once. */
const PRELOAD = `
  const fail = () => {
    const { QueryFailedError } = require('typeorm');
    const cause = Object.assign(new Error('duplicate key value violates unique constraint "users_email"'), {
      code: '23505', constraint: 'users_email', detail: 'Key (email)=(${VALUE}) already exists.',
    });
    return new QueryFailedError('INSERT INTO users (email) VALUES ($1)', ['${VALUE}'], cause);
  };
  const come = {
    thrown: () => setImmediate(() => { throw fail(); }),
    rejected: () => void Promise.reject(fail()),
    'in its own code': () => setImmediate(async () => {
      const { layFoundation } = require(process.cwd() + '/dist/start/foundation');
      await layFoundation({ DATA_DIR: '/dev/null/data', NODE_ENV: 'test' }, () => undefined, {});
    }),
    'no error': () => setImmediate(() => { throw { email: '${VALUE}' }; }),
  }[process.env.FAILS];
  if (process.env.FAILS_AT_ONCE) come();
  else process.on('SIGUSR2', come);`;

const SAID =
  'The process ends on an error that nobody caught. ' +
  'QueryFailedError: duplicate key value violates unique constraint "users_email"\n';

let program: BuiltProgram;
let database: TestDatabase;
let preload: string;

beforeAll(async () => {
  program = new BuiltProgram();
  database = await createTestDatabase();
  preload = join(program.folder, 'preload.cjs');
  writeFileSync(preload, PRELOAD);
});
afterAll(async () => {
  await program.remove();
  await database.drop();
});

const start = (environment: NodeJS.ProcessEnv, entry: ProgramEntry = 'main'): RunningProgram =>
  program.start(
    {
      DATABASE_URL: database.url,
      SECRET_KEY: TEST_SECRET_KEY,
      NODE_OPTIONS: `--require ${preload}`,
      FAILS: 'thrown',
      ...environment,
    },
    entry,
  );

/** The lines of level `fatal`, without their stack: it has to begin with the error and lead to its place. */
const fatalIn = (log: string): Record<string, unknown>[] =>
  log
    .split('\n')
    .filter((line) => line.includes('"level":60'))
    .map((line) => {
      const { err, ...others } = JSON.parse(line) as { err: Record<string, unknown> };
      const { stack, ...told } = err;
      expect(stack).toMatch(/^(QueryFailed)?Error: .+\n +at .*preload\.cjs/);
      return { ...others, err: told };
    });

const fatal = (pid: number): object => ({
  level: 60,
  time: expect.any(Number) as unknown,
  pid,
  hostname: expect.any(String) as unknown,
  context: 'Process',
  err: {
    type: 'QueryFailedError',
    message: 'duplicate key value violates unique constraint "users_email"',
    code: '23505',
    constraint: 'users_email',
  },
  msg: 'The process ends on an error that nobody caught',
});

describe('An error that nobody caught', () => {
  it('ends an instance with exit code 1, told in the log file as its last line and on standard error without values', async () => {
    const file = join(program.folder, 'jobtrail.log');
    const instance = start({ LOG_FILE: file });
    await instance.url();
    const before = instance.stderr;
    instance.signal('SIGUSR2');
    expect(await instance.exit()).toBe(1);
    const log = readFileSync(file, 'utf8');
    expect(fatalIn(log)).toEqual([fatal(instance.pid)]);
    expect(log.trimEnd().split('\n').at(-1)).toContain('"level":60');
    expect(instance.stderr.slice(before.length)).toBe(SAID);
    expect(log + instance.stderr).not.toContain(VALUE);
  });

  it('ends a worker so, told on standard output, when it is a rejection', async () => {
    const worker = start({ FAILS: 'rejected' }, 'worker');
    await worker.says(/Worker: {3}ready/);
    worker.signal('SIGUSR2');
    expect(await worker.exit()).toBe(1);
    expect(fatalIn(worker.stdout)).toEqual([fatal(worker.pid)]);
    expect(worker.stderr).toContain(SAID);
    expect(worker.stdout + worker.stderr).not.toContain(VALUE);
  });

  it('is told by its kind alone where it is none but any object', async () => {
    const worker = start({ FAILS: 'no error' }, 'worker');
    await worker.says(/Worker: {3}ready/);
    worker.signal('SIGUSR2');
    expect(await worker.exit()).toBe(1);
    expect(worker.stdout).toMatch(/"level":60.*"message":"Thrown: object"/);
    expect(worker.stderr).toMatch(/nobody caught\. Error: Thrown: object\n$/);
    expect(worker.stdout + worker.stderr).not.toContain(VALUE);
  });

  describe('of several processes', () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());

    it('ends one, which is replaced, and with the supervisor all of them', async () => {
      const group = new ProcessGroup(start({ REDIS_URL: redis.url, WEB_CONCURRENCY: '2' }));
      await group.program.url();
      const former = group.id(0);
      process.kill(former, 'SIGUSR2');
      const latter = await group.replacementOf(0, former);
      expect(fatalIn(group.program.stdout)).toEqual([fatal(former)]);
      expect(group.program.stdout).toMatch(
        new RegExp(`"processId":${former},.*"code":1,.*"A process ended: it is replaced"`),
      );
      group.program.signal('SIGUSR2');
      expect(await group.program.exit()).toBe(1);
      expect(fatalIn(group.program.stdout)).toEqual([fatal(former), fatal(group.program.pid)]);
      await eventually(
        () => [latter, group.id(1)].filter(isThere),
        (left) => left.length === 0,
      );
      expect(group.program.stdout + group.program.stderr).not.toContain(VALUE);
    });
  });

  it('has its place told as a line of TypeScript', async () => {
    const running = start({ FAILS: 'in its own code', FAILS_AT_ONCE: 'true' });
    expect(await running.exit()).toBe(1);
    expect(running.stderr).toMatch(
      /\n +at async startEmbeddedPostgres \(.*start-embedded-postgres\.ts:\d+:\d+\)/,
    );
  });

  const entries: ProgramEntry[] = ['main', 'demo', 'worker', 'migrate', 'cache-warm', 'stats-verify'];
  it.each(entries)('before there is a log ends %s with its place on standard error', async (entry) => {
    const running = start({ FAILS_AT_ONCE: 'true' }, entry);
    expect(await running.exit()).toBe(1);
    expect(running.stderr).toMatch(
      /^The process ends on an error that nobody caught\. QueryFailedError: .+\n +at /m,
    );
    expect(running.stderr + running.stdout).not.toContain(VALUE);
  });
});
