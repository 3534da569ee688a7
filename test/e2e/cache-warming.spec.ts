import { warmCache } from '../../src/cache-warming/warm-cache';
import { startRedis, type RedisServer } from '../support/redis-server';
import { startTestApp, type TestApp } from '../support/test-app';

describe('Warming the cache before a deploy takes traffic', () => {
  let redis: RedisServer;
  let serving: TestApp;

  beforeAll(async () => {
    redis = await startRedis();
    serving = await startTestApp({ REDIS_URL: redis.url });
  });

  afterAll(async () => {
    await serving.close();
    await redis.stop();
  });

  it('fills the first answers of who was here last, so that another instance has them from the start', async () => {
    await serving.register();
    const late = await serving.register();
    await serving.request('POST', '/api/jobs', { token: late.token, body: { title: 'Warm' } });
    const warming = await startTestApp({ REDIS_URL: redis.url }, { databaseUrl: serving.databaseUrl });
    try {
      const warmed = await warmCache(warming.app, 1);
      expect(warmed).toEqual({ users: 1, filled: 4, known: 0, failed: 0 });
      expect(await warmCache(warming.app, 1)).toEqual({ users: 1, filled: 0, known: 4, failed: 0 });
    } finally {
      await warming.close();
    }
    const list = await serving.request('GET', '/api/jobs', { token: late.token });
    expect([list.headers.get('x-cache'), list.body.data[0].title]).toEqual(['HIT', 'Warm']);
  });
});
