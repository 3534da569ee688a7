import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module';
import { AppConfig, parseEnvironment } from '../../src/config';
import {
  CacheInvalidator,
  CacheResult,
  CachePresence,
  userScope,
  WriteAnnouncer,
} from '../../src/platform/cache';
import { ProgramLogger } from '../../src/platform/logging';
import { until } from '../support/caching-app';
import { startRedis, type RedisServer } from '../support/redis-server';
import { waitForRedis } from '../support/shared-cache';
import { TEST_SECRET_KEY } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** A provider as a feature would write it. */
@Injectable()
class Shop {
  calls = 0;
  next: () => Promise<unknown> = () => Promise.resolve(this.calls);

  @CacheResult({ namespace: 'prices' })
  async price(_of: string, _options?: { currency: string }): Promise<unknown> {
    return this.count();
  }

  @CacheResult({ namespace: 'baskets', scope: 'user' })
  async basket(_userId: string): Promise<unknown> {
    return this.count();
  }

  @CacheResult({ namespace: 'news', ttl: 1, mayBeOld: true })
  async news(): Promise<unknown> {
    return this.count();
  }

  @CacheResult({ namespace: 'tastes', scope: 'user', mayBeOld: true })
  async taste(_userId: string, _of?: string): Promise<unknown> {
    return this.count();
  }

  async uncached(): Promise<unknown> {
    return this.count();
  }

  private count(): Promise<unknown> {
    this.calls += 1;
    return this.next();
  }
}

@Module({ providers: [Shop] })
class ShopModule {}

/** The program without its server, with a shop. */
const startShop = async (
  database: TestDatabase,
  environment: NodeJS.ProcessEnv,
): Promise<{ context: INestApplicationContext; shop: Shop; close(): Promise<void> }> => {
  const parsed = parseEnvironment({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ...environment });
  const config = new AppConfig(parsed, { databaseUrl: database.url, secretKey: TEST_SECRET_KEY });
  const program = AppModule.forRoot(config);
  const context = await NestFactory.createApplicationContext(
    { ...program, imports: [...(program.imports ?? []), ShopModule] },
    { bufferLogs: true, abortOnError: false },
  );
  context.useLogger(context.get(ProgramLogger));
  const presence = context.get(CachePresence);
  const timer = setInterval(() => void presence.generation(), 200).unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await context.close();
  };
  return { context, shop: context.get(Shop, { strict: false }), close };
};

const untilCaching = async (context: INestApplicationContext): Promise<void> => {
  const presence = context.get(CachePresence);
  await until(async () => (await presence.generation()) !== undefined, 'the cache');
};

let redis: RedisServer;
let database: TestDatabase;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

describe.each(['memory', 'Redis'])('@CacheResult() with %s', (tier) => {
  const environment = (): NodeJS.ProcessEnv =>
    tier === 'Redis' ? { REDIS_URL: redis.url, CACHE_KEY_PREFIX: database.url.slice(-12) } : {};
  let opened: Awaited<ReturnType<typeof startShop>>;
  let shop: Shop;

  beforeEach(async () => {
    opened = await startShop(database, environment());
    shop = opened.shop;
    if (tier === 'Redis') waitForRedis({ app: opened.context });
    await untilCaching(opened.context);
  });
  afterEach(() => opened.close());

  it('calls the method once for the same arguments, and again for others', async () => {
    expect([await shop.price('tea'), await shop.price('tea')]).toEqual([1, 1]);
    expect(await shop.price('tea', { currency: 'EUR' })).toBe(2);
    expect(await shop.price('coffee')).toBe(3);
    expect(await shop.price('tea')).toBe(1);
    expect(await shop.uncached()).toBe(4);
  });

  it('keeps what is no object, and nothing at all', async () => {
    for (const value of [null, undefined, '', 0, [], { of: ['ü', { deep: null }] }]) {
      shop.next = () => Promise.resolve(value);
      const { calls } = shop;
      const name = `of ${JSON.stringify(value)}`;
      expect([await shop.price(name), await shop.price(name)]).toEqual([value, value]);
      expect(shop.calls).toBe(calls + 1);
    }
  });

  it('calls it once for all who ask while it runs; its failure is theirs, and is not kept', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    shop.next = () => held.then(() => Promise.reject(new Error('sold out')));
    const asked = Promise.allSettled(Array.from({ length: 5 }, () => shop.price('tea')));
    await until(() => shop.calls > 0, 'the call');
    release();
    for (const { status } of await asked) expect(status).toBe('rejected');
    const failed = shop.calls;
    // Who asked a moment later, with Redis in between, may have begun a call of its own, but not each of them.
    expect(failed).toBeLessThan(5);
    shop.next = () => Promise.resolve('there');
    expect([await shop.price('tea'), await shop.price('tea')]).toEqual(['there', 'there']);
    expect(shop.calls).toBe(failed + 1);
  });

  it('forgets the results of a namespace when it is invalidated, and those alone', async () => {
    await shop.price('tea');
    expect(await shop.basket('u')).toBe(2);
    await opened.context.get(CacheInvalidator).invalidate('public', 'prices');
    expect(await shop.price('tea')).toBe(3);
    expect(await shop.basket('u')).toBe(2);
  });

  it("forgets a user's results with each write of that user, and nobody else's", async () => {
    expect([await shop.basket('one'), await shop.basket('other')]).toEqual([1, 2]);
    const announcer = opened.context.get(WriteAnnouncer);
    await announcer.write(userScope('one'), async () => {
      // While the write is under way, nothing may be kept of what is read.
      expect([await shop.basket('one'), await shop.basket('one')]).toEqual([3, 4]);
    });
    expect([await shop.basket('one'), await shop.basket('one')]).toEqual([5, 5]);
    expect(await shop.basket('other')).toBe(2);
  });

  it('keeps what may be old of each user apart, whatever they write', async () => {
    const all = async () => [
      await shop.taste('one'),
      await shop.taste('other'),
      await shop.taste('one', 'tea'),
    ];
    expect(await all()).toEqual([1, 2, 3]);
    await opened.context.get(WriteAnnouncer).write(userScope('one'), async () => {
      expect(await all()).toEqual([1, 2, 3]);
    });
    expect(await all()).toEqual([1, 2, 3]);
  });

  it('keeps what may be old until it expires, whatever is invalidated', async () => {
    expect(await shop.news()).toBe(1);
    await opened.context.get(CacheInvalidator).invalidate('public', 'news');
    expect(await shop.news()).toBe(1);
    await until(async () => (await shop.news()) !== 1, 'a new result');
  });
});

it('Instances on one Redis share results, and what is invalidated', async () => {
  const environment = { REDIS_URL: redis.url, CACHE_KEY_PREFIX: 'two:' };
  const [first, second] = [await startShop(database, environment), await startShop(database, environment)];
  try {
    for (const { context } of [first, second]) await untilCaching(context);
    const price = await first.shop.price('tea');
    await until(async () => (await second.shop.price('tea')) === price, 'the result of the first');
    const { calls } = second.shop;
    expect(await second.shop.price('tea')).toBe(price);
    expect(second.shop.calls).toBe(calls);
    first.shop.next = () => Promise.resolve('dearer');
    await second.context.get(CacheInvalidator).invalidate('public', 'prices');
    expect(await first.shop.price('tea')).toBe('dearer');
  } finally {
    await second.close();
    await first.close();
  }
});

it('With CACHE_ENABLED=false every call is made', async () => {
  const { shop, close } = await startShop(database, { CACHE_ENABLED: 'false' });
  expect([await shop.price('tea'), await shop.price('tea'), await shop.news()]).toEqual([1, 2, 3]);
  await close();
});
