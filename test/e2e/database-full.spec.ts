import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Database } from '../../src/platform/database';
import { until } from '../support/caching-app';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

const ROLE = `limited_${randomBytes(4).toString('hex')}`;

/** That the role may have: one for the lease of its cache, and one for its requests. */
const CONNECTIONS = 2;

let owner: TestApp;
let limited: TestApp;
let user: TestUser;
let url: string;

beforeAll(async () => {
  owner = await startTestApp();
  user = await owner.register();
  await owner.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'limited'`);
  await owner.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${ROLE}`);
  await owner.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${ROLE}`);
  const address = new URL(owner.databaseUrl);
  address.username = ROLE;
  address.password = 'limited';
  url = address.href;
  limited = await startTestApp(
    // A worker would take a connection, and leave it to requests.
    { MIGRATE_ON_START: 'false', WORKER_ENABLED: 'false' },
    { databaseUrl: url },
  );
  await owner.query(`ALTER ROLE ${ROLE} CONNECTION LIMIT ${CONNECTIONS}`);
});

afterAll(async () => {
  await limited.close();
  await owner.query(`DROP OWNED BY ${ROLE}`);
  await owner.query(`DROP ROLE ${ROLE}`);
  await owner.close();
});

/** The sessions of the role, or only those of this name. */
const sessions = async (name?: string): Promise<number> => {
  const [row] = await owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE usename = $1 AND ($2::text IS NULL OR application_name = $2)`,
    [ROLE, name ?? null],
  );
  return row?.count ?? 0;
};

/** Takes all connections that the role may have and has not, so that the pool gets none. */
const takeAll = async (): Promise<Client[]> => {
  const { pool } = limited.app.get(Database);
  const idle = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()));
  for (const client of idle) client.release(true);
  await until(() => pool.totalCount === 0, 'an empty pool');
  // Their sessions count until they have ended, and would leave room then.
  await until(async () => (await sessions('jobtrail')) === 0, 'the sessions of the pool to end');
  const taken: Client[] = [];
  await until(async () => {
    if ((await sessions()) >= CONNECTIONS) return true;
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    taken.push(client);
    await client.connect();
    return false;
  }, 'no connection to be left');
  return taken;
};

describe('When Postgres has no connection left', () => {
  it('requests wait for one, and are answered as soon as there is', async () => {
    const taken = await takeAll();
    await expect(new Client({ connectionString: url }).connect()).rejects.toMatchObject({ code: '53300' });
    const answers = Promise.all([
      limited.request('GET', '/api/profile', { token: user.token }),
      limited.request('GET', '/api/jobs', { token: user.token }),
    ]);
    // Both have been refused once at least before there is room.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all(taken.map((client) => client.end()));
    expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('requests are answered 503 in bounded time when none comes free, and work again afterwards', async () => {
    const taken = await takeAll();
    const answer = await limited.request('GET', '/api/profile', { token: user.token });
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await Promise.all(taken.map((client) => client.end()));
    await until(
      async () => (await limited.request('GET', '/api/profile', { token: user.token })).status === 200,
      'an answer',
    );
  });
});
