import { Client } from 'pg';
import { databaseConfig, parseEnvironment } from '../../src/config';
import { ReservedConnection, unprepared } from '../../src/platform/database';
import { eventually } from '../support/eventually';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const NAME = 'jobtrail reserved test';

/** Milliseconds that a busy machine needs for what is quick elsewhere. */
const LONG = 20_000;

let database: TestDatabase;
let proxy: TcpProxy;
let watcher: Client;
const open: ReservedConnection[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.url);
  watcher = new Client({ connectionString: database.url });
  await watcher.connect();
  await watcher.query('CREATE TABLE held (id integer)');
});
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});
afterAll(async () => {
  await watcher.end();
  await proxy.close();
  await database.drop();
});

interface Bounds {
  statementTimeout?: number;
  patience?: number;
}

const reserve = (
  { statementTimeout = LONG, patience = LONG }: Bounds = {},
  environment: NodeJS.ProcessEnv = {},
): ReservedConnection => {
  const url = proxy.urlFor(database.url);
  const config = databaseConfig(parseEnvironment(environment), url);
  const connection = new ReservedConnection(config, { name: NAME, statementTimeout, patience });
  open.push(connection);
  return connection;
};

/** The sessions that it has, as Postgres sees them. */
const sessions = async (): Promise<{ pid: number; state: string }[]> =>
  (
    await watcher.query<{ pid: number; state: string }>(
      'SELECT pid, state FROM pg_stat_activity WHERE application_name = $1',
      [NAME],
    )
  ).rows;

const PID = unprepared('SELECT pg_backend_pid() AS pid');
const HELD = unprepared('SELECT count(*) FROM held');

/** Runs `work` while nobody can read the table. */
const locked = async <T>(work: () => Promise<T>): Promise<T> => {
  await watcher.query('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE');
  try {
    return await work();
  } finally {
    await watcher.query('ROLLBACK');
  }
};

describe('A reserved connection', () => {
  it('is opened when it is needed, and kept', async () => {
    const connection = reserve();
    expect(await sessions()).toEqual([]);
    const [first] = await connection.query<{ pid: number }>(PID);
    expect(await connection.query(PID)).toEqual([first]);
    expect((await sessions()).map(({ pid }) => pid)).toEqual([first?.pid]);
  });

  it('is one: its statements run one after the other', async () => {
    const connection = reserve();
    const nap = unprepared(
      `SELECT pg_backend_pid() AS pid, clock_timestamp()::text AS began, pg_sleep(0.1)::text, clock_timestamp()::text AS ended`,
    );
    const naps = await Promise.all(
      [1, 2, 3].map(() => connection.query<{ pid: number; began: string; ended: string }>(nap)),
    );
    const [a, b, c] = naps.flat();
    expect(new Set([a?.pid, b?.pid, c?.pid]).size).toBe(1);
    expect([a, b, c].flatMap((each) => [each?.began, each?.ended])).toEqual(
      [a, b, c].flatMap((each) => [each?.began, each?.ended]).sort(),
    );
  });

  it('that is closed by the server is replaced', async () => {
    const connection = reserve();
    const [first] = await connection.query<{ pid: number }>(PID);
    await watcher.query('SELECT pg_terminate_backend($1)', [first?.pid]);
    const [next] = await eventually(
      () => connection.query<{ pid: number }>(PID).catch(() => []),
      ({ length }) => length === 1,
    );
    expect(next?.pid).not.toBe(first?.pid);
  });

  it('tells of its statements by their names', async () => {
    const connection = reserve();
    const told: unknown[] = [];
    connection.onQuery(({ label, rows }) => told.push([label, rows]));
    await connection.query(unprepared('SELECT 1 FROM generate_series(1, $1)', 'test.series'), [3]);
    expect(told).toEqual([['test.series', 3]]);
  });
});

describe('A statement of a reserved connection that takes too long', () => {
  it.each([
    ['by Postgres', {}, 'statement timeout'],
    [
      'by a cancel request, where a pooler knows no statement timeout',
      { DB_PREPARED_STATEMENTS: 'false' },
      'user request',
    ],
  ])(
    'is ended on the server too, %s, and those behind it have their turn',
    async (_by, environment, reason) => {
      const connection = reserve({ statementTimeout: 200 }, environment);
      await connection.query(PID);
      await locked(async () => {
        const answers = await Promise.allSettled([connection.query(HELD), connection.query(PID)]);
        expect(answers).toMatchObject([
          { status: 'rejected', reason: { code: '57014', message: `canceling statement due to ${reason}` } },
          { status: 'fulfilled' },
        ]);
        expect((await sessions()).map(({ state }) => state)).toEqual(['idle']);
      });
    },
  );

  it('is given up when the server is silent, and the connection replaced', async () => {
    const connection = reserve({ statementTimeout: 200 });
    const [first] = await connection.query<{ pid: number }>(PID);
    proxy.freeze();
    await expect(connection.query(PID)).rejects.toThrow(/terminated/);
    const [next] = await connection.query<{ pid: number }>(PID);
    expect(next?.pid).not.toBe(first?.pid);
  });

  it('keeps those behind it waiting no longer than they bear', async () => {
    const connection = reserve({ patience: 200 });
    await eventually(
      () => connection.query(PID).catch(() => []),
      ({ length }) => length === 1,
    );
    await locked(async () => {
      const held = connection.query(HELD);
      await expect(connection.query(PID)).rejects.toThrow(/timeout/);
      await watcher.query('ROLLBACK');
      expect(await held).toEqual([{ count: '0' }]);
    });
  });
});
