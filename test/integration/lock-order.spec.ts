import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { JobApi } from '../support/job-api';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { startTestApp, type TestApp, type TestResponse } from '../support/test-app';

let database: TestDatabase;
let app: TestApp;
/** Two sessions beside the application: one that holds a lock, and one that tries what is still free. */
let holder: Client;
let other: Client;
let api: JobApi;
/** In ascending order; the rows lie in the table the other way round. */
let low: string;
let high: string;

const connect = async (): Promise<Client> => {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return client;
};

beforeAll(async () => {
  database = await createTestDatabase();
  holder = await connect();
  other = await connect();
  // So that rows are found in the order in which they lie, unless a statement asks for another one.
  const name = new URL(database.url).pathname.slice(1);
  for (const setting of ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan'])
    await other.query(`ALTER DATABASE "${name}" SET ${setting} = off`);
  await other.query(`ALTER DATABASE "${name}" SET deadlock_timeout = '50ms'`);
  app = await startTestApp({}, { databaseUrl: database.url });
});

afterAll(async () => {
  await app.close();
  await holder.end();
  await other.end();
  await database.drop();
});

beforeEach(async () => {
  api = await JobApi.ofNewUser(app);
  await other.query('DELETE FROM jobs');
  await other.query('VACUUM jobs');
  const jobs = [await api.create({ externalRef: 'a' }), await api.create({ externalRef: 'b' })];
  [low = '', high = ''] = jobs.map(({ id }) => id).sort();
  // A new version of the row is put behind the other one.
  await other.query('UPDATE jobs SET version = version WHERE id = $1', [low]);
  const { rows } = await other.query<{ id: string }>('SELECT id FROM jobs ORDER BY ctid');
  expect(rows.map(({ id }) => id)).toEqual([high, low]);
});

afterEach(() => holder.query('ROLLBACK'));

const importLines = (mode: string, ...lines: unknown[]): Promise<TestResponse> =>
  api.call('POST', `/import?onConflict=${mode}`, lines.map((line) => JSON.stringify(line)).join('\n'), {
    'content-type': 'application/x-ndjson',
  });

const updateBoth = (): Promise<TestResponse> =>
  importLines('update', { externalRef: 'b', title: 'B' }, { externalRef: 'a', title: 'A' });

/** Whether a job can be locked at once. */
const isFree = async (id: string): Promise<boolean> =>
  (await other.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE SKIP LOCKED', [id])).rows.length > 0;

describe('A change of many jobs locks them in the order of their ids, whatever the plan', () => {
  it.each<[string, () => Promise<TestResponse>]>([
    ['status', () => api.call('POST', '/bulk/status', { ids: [high, low], status: 'applied' })],
    ['deadline', () => api.call('POST', '/bulk/deadline', { ids: [high, low], deadline: '2030-01-01' })],
    ['archive', () => api.call('POST', '/bulk/archive', { ids: [high, low] })],
    ['import', updateBoth],
  ])('%s', async (_name, change) => {
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [low]);
    const changed = change();
    await untilBlocked(app);
    // It waits for the first, so it has not come to the second.
    expect(await isFree(high)).toBe(true);
    await holder.query('ROLLBACK');
    const { status, body } = await changed;
    expect([status, (body as { updated: number }).updated]).toEqual([200, 2]);
  });
});

describe('An import of new jobs', () => {
  it.each(['error', 'skip', 'update'])('takes their references in order, onConflict=%s', async (mode) => {
    const columns = await insertable();
    const take = (client: Client, ref: string) =>
      client.query(
        `INSERT INTO jobs (id, external_ref, ${columns}) SELECT gen_random_uuid(), $1, ${columns} FROM jobs WHERE id = $2`,
        [ref, low],
      );
    await holder.query('BEGIN');
    await take(holder, 'm');
    const imported = importLines(mode, { externalRef: 'n', title: 'N' }, { externalRef: 'm', title: 'M' });
    await untilBlocked(app);
    // It waits for m, so that n is still to be had.
    await other.query('BEGIN');
    await other.query(`SET LOCAL lock_timeout = '5s'`);
    try {
      await take(other, 'n');
    } finally {
      await other.query('ROLLBACK');
    }
    await holder.query('ROLLBACK');
    expect((await imported).body).toMatchObject({ created: 2, failed: 0 });
  });
});

/** The columns of jobs that can be copied from one to another. */
const insertable = async (): Promise<string> => {
  const { rows } = await other.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'jobs'::regclass AND attnum > 0
     AND NOT attisdropped AND attgenerated = '' AND attname NOT IN ('id', 'external_ref')`,
  );
  return rows.map(({ name }) => name).join(', ');
};

describe('An import that Postgres sacrifices to end a deadlock', () => {
  it('tries again, and loses no line', async () => {
    await holder.query('BEGIN');
    // The application is the one to notice the deadlock, and the one to go.
    await holder.query(`SET LOCAL deadlock_timeout = '1h'`);
    await holder.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [high]);
    const imported = updateBoth();
    await untilBlocked(app);
    // Granted when the import has been rolled back.
    await holder.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [low]);
    await holder.query('ROLLBACK');
    expect(await imported).toMatchObject({ status: 200, body: { updated: 2, failed: 0 } });
    expect([(await api.read(low)).version, (await api.read(high)).version]).toEqual([2, 2]);
  });
});
