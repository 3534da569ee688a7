import QueryStream from 'pg-query-stream';
import { finished } from 'node:stream/promises';
import { WatchedClient } from '../../src/platform/database/watched-client';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** Milliseconds of silence that the clients of these tests bear; a busy machine answers in less. */
const PATIENCE = 1_000;

let database: TestDatabase;
let proxy: TcpProxy;
let client: WatchedClient;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.url);
});

const connected = async (url: string): Promise<WatchedClient> => {
  const opened = new WatchedClient({ connectionString: url, answerTimeoutMillis: PATIENCE });
  opened.on('error', () => undefined);
  await opened.connect();
  return opened;
};

beforeEach(async () => {
  client = await connected(proxy.urlFor(database.url));
});

afterEach(() => client.end());

afterAll(async () => {
  await proxy.close();
  await database.drop();
});

const ask = (text: string): Promise<{ rows: unknown[] }> =>
  client.query(text) as Promise<{ rows: unknown[] }>;

const took = async (work: Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work;
  return performance.now() - started;
};

describe('A query whose server falls silent', () => {
  it.each([
    ['before it answers', () => proxy.freeze(), 'SELECT 1'],
    [
      'in the middle of its answer',
      () => {
        setTimeout(() => proxy.freeze(), PATIENCE / 2);
      },
      `SELECT repeat('x', 20000), pg_sleep(0.1) FROM generate_series(1, 100)`,
    ],
  ])('%s fails as on a broken connection, and the connection is cut', async (_when, freeze, text) => {
    freeze();
    const silenced = jest.fn();
    client.silenced = silenced;
    const waited = await took(expect(ask(text)).rejects.toThrow('Connection terminated unexpectedly'));
    expect(waited).toBeGreaterThan(PATIENCE * 0.9);
    expect(waited).toBeLessThan(PATIENCE * 4);
    expect(silenced).toHaveBeenCalledTimes(1);
    await expect(ask('SELECT 1')).rejects.toThrow('not queryable');
  });
});

describe('A query whose server is at work', () => {
  it('is waited for as long as parts of its answer come', async () => {
    const answer = ask(`SELECT repeat('x', 20000), pg_sleep(0.2) FROM generate_series(1, 10)`);
    const waited = await took(answer);
    expect(waited).toBeGreaterThan(PATIENCE * 1.5);
    expect((await answer).rows).toHaveLength(10);
  });

  it('is given its time from when those before it on the connection are answered', async () => {
    const each = PATIENCE * 0.6;
    const queries = Array.from({ length: 3 }, () => ask(`SELECT pg_sleep(${each / 1000})`));
    expect(await took(Promise.all(queries))).toBeGreaterThan(PATIENCE * 1.5);
  });
});

describe('A connection is not cut', () => {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PATIENCE * 1.5));

  it('while it has nothing to answer', async () => {
    await ask('SELECT 1');
    await pause();
    expect((await ask('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  });

  it('while its answer lies there and the program itself was held up, so that it could not read it', async () => {
    await client.end();
    // Not through the proxy, which would be held up with the program.
    client = await connected(database.url);
    const answer = ask('SELECT pg_sleep(0.2), 3 AS three');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setImmediate(resolve));
    // From here the event loop goes to its timers first.
    const until = performance.now() + PATIENCE * 1.5;
    while (performance.now() < until);
    expect((await answer).rows).toMatchObject([{ three: 3 }]);
  });

  it('while the reader of a stream takes a break', async () => {
    const stream = (client.query as (query: QueryStream) => QueryStream)(
      new QueryStream('SELECT n FROM generate_series(1, 100) n', [], { batchSize: 10 }),
    );
    let rows = 0;
    for await (const _row of stream) if (++rows === 5) await pause();
    await finished(stream);
    expect(rows).toBe(100);
  });
});
