import QueryStream from 'pg-query-stream';
import { finished } from 'node:stream/promises';
import { User } from '../../src/users';
import { Database, queryName, statement, type QueryEnd } from '../../src/platform/database';
import { startTestApp, type TestApp } from '../support/test-app';

const GREETING = statement('test.greeting', 'SELECT $1::text AS word FROM generate_series(1, 3)');

let app: TestApp;
let database: Database;
let ended: QueryEnd[];

beforeAll(async () => {
  app = await startTestApp();
  database = app.app.get(Database);
  database.onQuery((query) => ended.push(query));
});
beforeEach(() => (ended = []));
afterAll(() => app.close());

const names = (): string[] => ended.map(queryName);

describe('A query that has ended', () => {
  it('is told of by its name, with its time and its rows', async () => {
    await database.read(GREETING, ['secret']);
    expect(ended).toEqual([
      {
        label: 'test.greeting',
        text: GREETING.text,
        durationMs: expect.any(Number) as number,
        rows: 3,
        error: undefined,
      },
    ]);
    expect(ended[0]?.durationMs).toBeGreaterThan(0);
    expect(JSON.stringify(ended)).not.toContain('secret');
  });

  it('is told of where TypeORM wrote it, with all that a transaction sends', async () => {
    await database.transaction(async () => {
      await database.manager.findOneBy(User, { email: 'nobody@example.com' });
      await database.query(GREETING, ['word']);
    });
    expect(names()).toEqual([
      expect.stringMatching(/^(START|BEGIN)/) as string,
      'SET',
      'SELECT users',
      'test.greeting',
      'COMMIT',
    ]);
    expect(JSON.stringify(ended)).not.toContain('nobody@example.com');
  });

  it('is told of with its error where it failed, and fails for who sent it', async () => {
    await expect(database.query(statement('test.wrong', 'SELECT 1 / 0'))).rejects.toThrow('division by zero');
    expect(ended).toMatchObject([{ label: 'test.wrong', rows: undefined, error: { code: '22012' } }]);
  });

  it('is told of where a callback was waiting for it', async () => {
    const client = await database.pool.connect();
    const rows = await new Promise((resolve) => {
      client.query('SELECT $1::int AS n', [7], (_error: Error | null, result) => resolve(result.rows));
    });
    client.release();
    expect(rows).toEqual([{ n: 7 }]);
    expect(ended).toMatchObject([{ label: undefined, rows: 1, error: undefined }]);
  });

  it('is not told of where its reader sets the pace', async () => {
    const client = await database.pool.connect();
    const stream = client.query(new QueryStream('SELECT 1'));
    await finished(stream.resume());
    client.release();
    expect(ended).toEqual([]);
  });
});

describe('The name of a query without a label', () => {
  it.each([
    ['SELECT a."id" FROM "users" "a" WHERE x = 5', 'SELECT users'],
    ['INSERT INTO "sessions"("id") VALUES ($1)', 'INSERT sessions'],
    ["UPDATE ONLY jobs SET title = 'secret'", 'UPDATE jobs'],
    ['  delete from tokens', 'DELETE tokens'],
    ['SET LOCAL statement_timeout = 30000', 'SET'],
    ['', 'EMPTY'],
  ])('of %j is %s', (text, name) => {
    expect(queryName({ label: undefined, text })).toBe(name);
  });
});
