import { Client } from 'pg';
import { Database, isDatabaseUnavailable, unprepared } from '../../src/platform/database';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
let database: Database;

beforeAll(async () => {
  app = await startTestApp();
  database = app.app.get(Database);
  await app.query('CREATE TABLE done (attempt int)');
});

beforeEach(() => app.query('TRUNCATE done'));

afterAll(() => app.close());

/** Ends the session of the running transaction, and waits until the program has heard of it. */
const endOwnSession = async (): Promise<void> => {
  const [own] = await database.query<{ pid: number }>(unprepared('SELECT pg_backend_pid() AS pid'));
  const other = new Client({ connectionString: app.databaseUrl });
  await other.connect();
  await other.query('SELECT pg_terminate_backend($1, 10000)', [own?.pid]);
  await other.end();
  await new Promise((resolve) => setTimeout(resolve, 50));
};

const done = (): Promise<{ attempt: number }[]> => app.query('SELECT attempt FROM done');

describe('A transaction whose session ends between its last statement and COMMIT', () => {
  it('is run again; what it wrote before is not there, and what is to follow it is done once, in the end', async () => {
    let attempts = 0;
    const followed: [number, unknown][] = [];
    await database.transaction(async () => {
      const attempt = ++attempts;
      await database.query(unprepared('INSERT INTO done VALUES ($1)'), [attempt]);
      database.afterTransaction((failure) => {
        followed.push([attempts, failure]);
        return Promise.resolve();
      });
      if (attempt === 1) await endOwnSession();
    });
    expect(await done()).toEqual([{ attempt: 2 }]);
    // Once for each attempt that asked for it, and none of them before the last one has ended.
    expect(followed).toEqual([
      [2, undefined],
      [2, undefined],
    ]);
  });

  it('fails as a database does that is away, if that goes on happening', async () => {
    const failure: unknown = await database
      .transaction(async () => {
        await database.manager.query('INSERT INTO done VALUES (1)');
        await endOwnSession();
      })
      .catch((error: unknown) => error);
    expect(isDatabaseUnavailable(failure)).toBe(true);
    expect(await done()).toEqual([]);
  });
});
