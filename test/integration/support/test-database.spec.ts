import { Client } from 'pg';
import { createEmptyDatabase, createTestDatabase, withAdmin } from '../../support/test-database';
import { currentTestRun } from '../../support/test-run';

const query = async <T extends object>(url: string, sql: string): Promise<T[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
};

const databaseExists = (url: string): Promise<boolean> =>
  withAdmin(currentTestRun().adminUrl, async (admin) => {
    const name = new URL(url).pathname.slice(1);
    return (await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).rowCount === 1;
  });

describe('a test database', () => {
  it('has every migration run', async () => {
    const database = await createTestDatabase();
    const tables = await query<{ name: string }>(
      database.url,
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['migrations', 'jobs']));
    await database.drop();
  });

  it('shares nothing with another one', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, 'CREATE TABLE only_here (id int)');
    expect(await query(other.url, `SELECT to_regclass('only_here') AS found`)).toEqual([{ found: null }]);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('can be made many at a time', async () => {
    const databases = await Promise.all(Array.from({ length: 8 }, createTestDatabase));
    expect(new Set(databases.map(({ url }) => url)).size).toBe(8);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('is gone after drop(), even while a connection is open, and drop() may be called twice', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    await expect(cut).resolves.toMatchObject({ code: '57P01' });
    expect(await databaseExists(database.url)).toBe(false);
    await expect(database.drop()).resolves.toBeUndefined();
  });

  it('can be had empty', async () => {
    const database = await createEmptyDatabase();
    expect(await query(database.url, `SELECT to_regclass('migrations') AS found`)).toEqual([{ found: null }]);
    await database.drop();
  });
});
