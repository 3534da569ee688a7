import { Client } from 'pg';
import { startPgBouncer, type PgBouncer } from '../support/pgbouncer';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database';

let database: TestDatabase;
let bouncer: PgBouncer;
const clients: Client[] = [];

const connect = async (url = bouncer.url, connectionTimeoutMillis = 20_000): Promise<Client> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis });
  // It breaks when the server is killed.
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
};

const backendOf = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
};

beforeEach(async () => {
  database = await createEmptyDatabase();
  bouncer = await startPgBouncer(database.url, { poolSize: 1 });
});

afterEach(async () => {
  await bouncer.stop();
  for (const client of clients.splice(0)) await client.end().catch(() => undefined);
  await database.drop();
});

describe('the PgBouncer of a test', () => {
  it('passes queries on in transaction mode', async () => {
    const client = await connect();
    const { rows } = await client.query('SELECT current_database() AS name, $1::int + 1 AS sum', [1]);
    expect(rows).toEqual([{ name: new URL(database.url).pathname.slice(1), sum: 2 }]);
    const [pool] = (await bouncer.console<{ database: string; pool_mode: string }>('SHOW POOLS')).filter(
      (row) => row.database === rows[0].name,
    );
    expect(pool).toMatchObject({ pool_mode: 'transaction' });
  });

  it('lends one connection to several clients, for a transaction each', async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    expect(await backendOf(one)).toBe(await backendOf(other));
    await one.query('BEGIN');
    const waiting = backendOf(other);
    const held = backendOf(one);
    await expect(Promise.race([waiting.then(() => 'other'), held.then(() => 'one')])).resolves.toBe('one');
    await one.query('COMMIT');
    expect(await waiting).toBe(await held);
  });

  it('knows no prepared statements that outlive a transaction', async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    const statement = { name: 'answer', text: 'SELECT 42' };
    await one.query(statement);
    // The connection to Postgres that both share has it, and the other client is not told so.
    await expect(other.query(statement)).rejects.toMatchObject({ code: '42P05' });
  });

  it('refuses a wrong password', async () => {
    const url = new URL(bouncer.url);
    url.password = 'wrong';
    await expect(connect(url.href)).rejects.toThrow(/authentication failed/);
  });

  it('can be frozen, killed and restarted on the same port', async () => {
    const { port } = bouncer;
    await bouncer.pause();
    await expect(connect(bouncer.url, 300)).rejects.toThrow(/timeout/);
    bouncer.resume();
    expect(await backendOf(await connect())).toBeGreaterThan(0);
    await bouncer.kill();
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await bouncer.restart();
    expect(bouncer.port).toBe(port);
    expect(await backendOf(await connect())).toBeGreaterThan(0);
  });
});
