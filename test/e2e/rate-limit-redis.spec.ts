import { RedisLink } from '../../src/platform/redis';
import { from, newClient, remaining, spend, startLimitedApp, statuses, told } from '../support/rate-limited';
import { startRedis, type RedisServer } from '../support/redis-server';
import type { TestApp } from '../support/test-app';

/** What a client may send in a minute here. */
const LIMIT = 6;

let redis: RedisServer;
let one: TestApp;
let two: TestApp;

beforeAll(async () => {
  redis = await startRedis();
  const overrides = { REDIS_URL: redis.url, RATE_LIMIT_PER_MINUTE: String(LIMIT) };
  one = await startLimitedApp(overrides);
  two = await startLimitedApp(overrides, { databaseUrl: one.databaseUrl });
});
afterAll(async () => {
  await two.close();
  await one.close();
  await redis.stop();
});

const linkOf = ({ app }: TestApp): RedisLink => app.get(RedisLink);

/** Waits until both instances have (or have not) their Redis. */
const untilConnected = async (connected: boolean): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while ([one, two].some((app) => (linkOf(app).session !== undefined) !== connected)) {
    if (Date.now() > deadline) throw new Error('Redis does not come or go');
    // A request is what notices that Redis is silent.
    await Promise.all([one, two].map((app) => app.request('GET', '/api/nowhere')));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const keysOf = (client: string): string[] => ['m', 'h'].map((window) => `jobtrail:l:${client}:${window}`);

/** Scripts that Redis has been sent. */
const scriptsRun = async (): Promise<number> => {
  const stats = await redis.command<string>('INFO', 'commandstats');
  const calls = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
};

describe('Two instances with one Redis', () => {
  it('count together', async () => {
    const client = newClient();
    const left = [];
    for (let sent = 0; sent < LIMIT; sent += 1)
      left.push(remaining(await from(sent % 2 === 0 ? one : two, client)));
    expect(left).toEqual([5, 4, 3, 2, 1, 0]);
    for (const app of [one, two]) {
      const refused = await from(app, client);
      expect([refused.status, ...told(refused).slice(0, 2)]).toEqual([429, LIMIT, 0]);
      expect(refused.headers.get('retry-after')).toBe(String(told(refused)[2]));
    }
  });

  it('let in no more of many requests at once', async () => {
    const client = newClient();
    const sent = Array.from({ length: 40 }, (_, at) => from(at % 2 === 0 ? one : two, client));
    const allowed = statuses(await Promise.all(sent)).filter((status) => status !== 429);
    expect(allowed).toEqual(Array(LIMIT).fill(404));
  });

  it('need one round trip a request, whether it is limited, refused or answered from the cache', async () => {
    const client = newClient();
    const { token } = await one.register();
    const before = [linkOf(one).commands.get('admit') ?? 0, await scriptsRun()];
    await spend(one, client, 2);
    for (let time = 0; time < 2; time += 1) await from(one, newClient(), { path: '/api/workflows', token });
    await spend(one, client, LIMIT);
    const after = [linkOf(one).commands.get('admit') ?? 0, await scriptsRun()];
    expect(after.map((count, at) => count - before[at]!)).toEqual([LIMIT + 4, LIMIT + 4]);
  });

  it('ask Redis nothing for the probes of health', async () => {
    const before = linkOf(one).commands.get('admit') ?? 0;
    for (let time = 0; time < 3; time += 1)
      expect((await one.request('GET', '/api/health/live')).status).toBe(200);
    expect(linkOf(one).commands.get('admit') ?? 0).toBe(before);
  });

  it('keep counts that expire when the window ends, whatever is refused meanwhile', async () => {
    const client = newClient();
    await spend(one, client, LIMIT);
    const [minute, hour] = await Promise.all(keysOf(client).map((key) => redis.command<number>('PTTL', key)));
    expect(minute).toBeGreaterThan(50_000);
    expect(minute).toBeLessThanOrEqual(60_000);
    expect(hour).toBeGreaterThan(3_590_000);
    expect(hour).toBeLessThanOrEqual(3_600_000);
    await redis.command('PEXPIRE', keysOf(client)[0]!, '1500');
    const refused = await spend(two, client, 5);
    expect(statuses(refused)).toEqual(Array(5).fill(429));
    expect(await redis.command<number>('PTTL', keysOf(client)[0]!)).toBeLessThanOrEqual(1_500);
    const seconds = Number(refused.at(-1)?.headers.get('retry-after'));
    expect(seconds).toBeLessThanOrEqual(2);
    // It was told so: no waiting for luck.
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const again = await from(two, client);
    expect([again.status, remaining(again)]).toEqual([404, LIMIT - 1]);
    // What was refused is not in the count of the hour.
    expect(await redis.command('GET', keysOf(client)[1]!)).toBe(String(LIMIT + 1));
  });
});

describe('An hour that is spent', () => {
  it('is told of instead of the minute, in Redis as in memory', async () => {
    const overrides = { RATE_LIMIT_PER_MINUTE: '3', RATE_LIMIT_PER_HOUR: '4' };
    const shared = await startLimitedApp({ ...overrides, REDIS_URL: redis.url, CACHE_KEY_PREFIX: 'hour:' });
    const alone = await startLimitedApp(overrides, { databaseUrl: shared.databaseUrl });
    try {
      const client = newClient();
      const seen = [];
      for (const app of [shared, alone]) {
        const answers = await spend(app, client, 4);
        seen.push(answers.map((answer) => [answer.status, ...told(answer).slice(0, 2)]));
      }
      expect(seen[0]).toEqual([
        [404, 3, 2],
        [404, 3, 1],
        [404, 3, 0],
        [429, 3, 0],
      ]);
      expect(seen[1]).toEqual(seen[0]);
      await redis.command('DEL', `hour:l:${client}:m`);
      expect(told(await from(shared, client)).slice(0, 2)).toEqual([4, 0]);
      const refused = await from(shared, client);
      expect([refused.status, told(refused)[0]]).toEqual([429, 4]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    } finally {
      await alone.close();
      await shared.close();
    }
  });
});

describe('When Redis goes', () => {
  afterEach(async () => {
    await redis.restart();
    await untilConnected(true);
  });

  it.each([
    ['killed', () => redis.kill()],
    ['paused', () => redis.pause()],
    ['out of memory', () => redis.command('CONFIG', 'SET', 'maxmemory', '1')],
  ])('(%s) each instance goes on with what it has counted itself', async (_how, fail) => {
    const client = newClient();
    // Counted by Redis, and by the instance that was asked.
    await spend(one, client, 4);
    await fail();
    expect(statuses(await spend(one, client, 5))).toEqual([404, 404, 429, 429, 429]);
    const elsewhere = await spend(two, client, LIMIT + 2);
    expect(statuses(elsewhere)).toEqual([...Array<number>(LIMIT).fill(404), 429, 429]);
    expect(remaining(elsewhere[0]!)).toBe(LIMIT - 1);
    await untilConnected(false);
  });

  it('and comes back empty, they count together again', async () => {
    await redis.kill();
    await untilConnected(false);
    const client = newClient();
    expect(statuses(await spend(one, client, LIMIT + 1))).toEqual([...Array<number>(LIMIT).fill(404), 429]);
    await redis.restart();
    await untilConnected(true);
    await spend(one, client, 3);
    expect(remaining(await from(two, client))).toBe(LIMIT - 4);
  });
});
