import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { outcome, until } from '../support/caching-app';
import { startRedis, type RedisServer } from '../support/redis-server';
import {
  bothCache,
  read,
  rename,
  startPair,
  stopWriter,
  titleOf,
  untilHit,
  untilOnRedis,
  type Pair,
} from '../support/shared-cache';
import { startSlowProxy, type SlowProxy } from '../support/slow-proxy';
import { type TestResponse } from '../support/test-app';

let redis: RedisServer;
/** Between instance A and Redis alone. */
let proxy: SlowProxy;
let pair: Pair;

beforeAll(async () => {
  redis = await startRedis({ persistence: 'snapshot' });
  proxy = await startSlowProxy(redis.url);
  pair = await startPair(proxy.urlFor(redis.url), redis.url);
});
afterAll(async () => {
  await pair.close();
  await proxy.close();
  await redis.stop();
});

let count = 0;
const newTitle = (): string => `title ${(count += 1)}`;

/** Both serve a title from their caches, to begin with. */
const startCached = async (): Promise<void> => {
  await bothCache(pair);
  const title = newTitle();
  await rename(pair.b, pair, title);
  for (const through of [pair.a, pair.b]) expect(titleOf(await untilHit(through, pair))).toBe(title);
};

/** No read from now on tells anything else, until both serve it from their caches again. */
const expectOnly = async (title: string): Promise<void> => {
  for (const through of [pair.b, pair.a, pair.b, pair.a])
    expect(titleOf(await read(through, pair))).toBe(title);
  const left = new Set([pair.a, pair.b]);
  await until(async () => {
    for (const through of [pair.a, pair.b]) {
      const answer = await read(through, pair);
      expect(titleOf(answer)).toBe(title);
      if (answer.headers.get('x-cache') === 'HIT') left.delete(through);
    }
    return left.size === 0;
  }, 'hits through both instances');
};

beforeEach(startCached);

describe('a Redis that comes back', () => {
  it('empty: nothing from before is served, and caching goes on', async () => {
    const title = newTitle();
    await redis.restart({ empty: true });
    await rename(pair.a, pair, title);
    await expectOnly(title);
  });

  it('as of an old snapshot: versions that have come back do not bring their answers back', async () => {
    await redis.command('SAVE');
    const title = newTitle();
    await rename(pair.b, pair, title);
    await redis.restart();
    await expectOnly(title);
  });

  it('as of an old snapshot, after writes that were made without it', async () => {
    await redis.command('SAVE');
    await redis.kill();
    const title = newTitle();
    expect((await rename(pair.a, pair, title)).status).toBe(200);
    expect(titleOf(await read(pair.b, pair))).toBe(title);
    await redis.restart();
    await expectOnly(title);
  });

  it('after it was frozen: writes of that time, which it has not heard of, are seen', async () => {
    await redis.pause();
    const title = newTitle();
    expect((await rename(pair.a, pair, title)).status).toBe(200);
    expect(titleOf(await read(pair.b, pair))).toBe(title);
    redis.resume();
    await expectOnly(title);
  });

  it('after it was frozen between the mark of a write and its bump', async () => {
    const writer = stopWriter(pair.a, 'renew', 'before');
    const title = newTitle();
    const writing = rename(pair.a, pair, title);
    await writer.reached;
    await redis.pause();
    writer.open();
    expect((await writing).status).toBe(200);
    redis.resume();
    await expectOnly(title);
  });
});

describe('an instance that alone is cut off from Redis', () => {
  afterEach(async () => {
    proxy.deliver();
    await proxy.accept().catch(() => undefined);
  });

  it.each([
    ['refused', () => proxy.refuse()],
    [
      'unanswered',
      async () => {
        await Promise.resolve();
        proxy.blackhole();
      },
    ],
  ])(
    '(%s) writes: the other does not serve the old answer once the write is acknowledged',
    async (_name, cut) => {
      await cut();
      const title = newTitle();
      expect((await rename(pair.a, pair, title)).status).toBe(200);
      expect(titleOf(await read(pair.b, pair))).toBe(title);
      expect(outcome(await read(pair.b, pair))).toBe('200 BYPASS');
      const second = newTitle();
      await rename(pair.a, pair, second);
      expect(titleOf(await read(pair.b, pair))).toBe(second);
      proxy.deliver();
      await proxy.accept().catch(() => undefined);
      await expectOnly(second);
    },
  );

  it('tells nobody the old, when it is cut off between its mark and its bump', async () => {
    const writer = stopWriter(pair.a, 'renew', 'before');
    const title = newTitle();
    const writing = rename(pair.a, pair, title);
    await writer.reached;
    await proxy.refuse();
    writer.open();
    expect((await writing).status).toBe(200);
    expect(titleOf(await read(pair.b, pair))).toBe(title);
    await proxy.accept();
    await untilOnRedis(pair.a);
    for (let turn = 0; turn < 5; turn += 1) expect(titleOf(await read(pair.b, pair))).toBe(title);
  });

  it('tells nobody the old, when a write begins cut off, others cache meanwhile, and it ends cut off', async () => {
    await cutOff();
    const { holder, title, writing } = await beginBlocked();
    await proxy.accept();
    await bothCache(pair);
    await cutOff();
    await holder.end();
    expect((await writing).status).toBe(200);
    for (let turn = 0; turn < 5; turn += 1) expect(titleOf(await read(pair.b, pair))).toBe(title);
    await proxy.accept();
    await expectOnly(title);
  });
});

const cutOff = async (): Promise<void> => {
  await proxy.refuse();
  await untilOnRedis(pair.a, false);
};

const thaw = async (): Promise<void> => {
  await Promise.resolve();
  redis.resume();
};

/** A write through A that waits for its row until `holder` ends. */
const beginBlocked = async (): Promise<{ holder: Client; title: string; writing: Promise<TestResponse> }> => {
  const { a, job } = pair;
  const holder = new Client({ connectionString: a.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job.id]);
  const title = newTitle();
  const writing = rename(a, pair, title);
  await untilBlocked(a);
  return { holder, title, writing };
};

describe('a write that goes on while Redis comes back', () => {
  it.each([
    ['begun while its instance was cut off', cutOff, () => proxy.accept()],
    ['begun while Redis was frozen', () => redis.pause(), thaw],
    [
      'marked before Redis was restarted empty',
      () => Promise.resolve(),
      () => redis.restart({ empty: true }),
    ],
  ])(
    '(%s) may die before its bump: nobody caches its user until it has ended',
    async (_name, leave, comeBack) => {
      await leave();
      const { holder, title, writing } = await beginBlocked();
      await comeBack();
      await bothCache(pair);
      for (let turn = 0; turn < 3; turn += 1) expect(outcome(await read(pair.b, pair))).toBe('200 BYPASS');
      const writer = stopWriter(pair.a, 'renew', 'before');
      await holder.end();
      await writer.reached;
      expect(titleOf(await read(pair.b, pair))).toBe(title);
      writer.open();
      expect((await writing).status).toBe(200);
      await expectOnly(title);
    },
  );
});
