import { outcome, startCachingApp, until, type CachingApp } from '../support/caching-app';
import { type AnsweredJob } from '../support/job-api';
import { startRedis, type RedisServer } from '../support/redis-server';
import { commandsOf, read, titleOf, untilHit, untilOnRedis, waitForRedis } from '../support/shared-cache';
import { type TestUser } from '../support/test-app';

const PREFIX = 'ours.v1:';

let redis: RedisServer;
let app: CachingApp;
let user: TestUser;
let job: AnsweredJob;

beforeAll(async () => {
  redis = await startRedis();
  await redis.command('SET', 'theirs', 'kept');
  app = await startCachingApp({
    REDIS_URL: redis.url,
    CACHE_KEY_PREFIX: PREFIX,
    REDIS_MAX_CONNECTIONS: '3',
    REDIS_HEALTH_CHECK_INTERVAL: '1',
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_PER_MINUTE: '100000',
    RATE_LIMIT_PER_HOUR: '100000',
  });
  await untilOnRedis(app);
  waitForRedis(app);
  user = await app.register();
  job = (await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'first' } }))
    .body as AnsweredJob;
});
afterAll(async () => {
  await app.close();
  await redis.stop();
});

const readJob = () => read(app, { user, job });
const rename = (title: string) =>
  app.request('PATCH', `/api/jobs/${job.id}`, { token: user.token, body: { title } });
const ourKeys = async (part: string): Promise<string[]> => redis.command('KEYS', `${PREFIX}${part}*`);
/** How often commands were called, by name. */
const calls = async (): Promise<Record<string, number>> => {
  const stats = await redis.command<string>('INFO', 'commandstats');
  return Object.fromEntries<number>(
    [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', n]) => [name, Number(n)]),
  );
};

/** Values that no version of the program has written; each takes the place of the key given. */
const FOREIGN: [name: string, put: (key: string) => Promise<unknown>][] = [
  ['a text that is no JSON', (key) => redis.command('SET', key, '{"value":')],
  ['JSON of another shape', (key) => redis.command('SET', key, '{"value":{"v":2,"body":7}}')],
  ['an empty text', (key) => redis.command('SET', key, '')],
  ['a list', (key) => redis.command('RPUSH', key, 'one', 'two')],
  ['a hash', (key) => redis.command('HSET', key, 'field', 'value')],
];

describe('the keys in Redis', () => {
  it('all begin with CACHE_KEY_PREFIX, and all end by themselves', async () => {
    await rename('prefixed');
    await untilHit(app, { user, job });
    const keys = (await redis.command<string[]>('KEYS', '*')).filter((key) => key !== 'theirs');
    expect(keys.filter((key) => !key.startsWith(PREFIX))).toEqual([]);
    const kinds = new Set(keys.map((key) => key.slice(PREFIX.length).split(':')[0]));
    expect([...kinds].filter((kind) => kind !== 'probe').sort()).toEqual(['a1', 'l', 'v']);
    for (const key of keys) expect(await redis.command<number>('PTTL', key)).not.toBe(-1);
  });

  it('tell nobody what was asked for', async () => {
    await app.request('GET', '/api/jobs?search=secretword', { token: user.token });
    expect((await redis.command<string[]>('KEYS', '*')).filter((key) => key.includes('secretword'))).toEqual(
      [],
    );
  });

  it.each(FOREIGN)('in the place of a body %s is a miss', async (_name, put) => {
    await rename(`body ${Math.random()}`);
    const { text } = await untilHit(app, { user, job });
    await until(async () => (await ourKeys('a1')).length > 0, 'a body in Redis');
    for (const key of await ourKeys('a1')) {
      await redis.command('DEL', key);
      await put(key);
    }
    app.evict();
    const answer = await readJob();
    expect([outcome(answer), answer.text]).toEqual(['200 MISS', text]);
    expect(outcome(await readJob())).toBe('200 HIT');
  });

  it.each(FOREIGN.slice(2))('in the place of a version or of writers %s is replaced', async (_name, put) => {
    for (const kind of ['v:u', 'w:u']) {
      await untilHit(app, { user, job });
      const key = `${PREFIX}${kind}:${user.user.id}`;
      await redis.command('DEL', key);
      await put(key);
      expect(['200 MISS', '200 HIT']).toContain(outcome(await readJob()));
      await redis.command('DEL', key);
      await put(key);
      const title = `replaced ${Math.random()}`;
      expect((await rename(title)).status).toBe(200);
      expect(titleOf(await readJob())).toBe(title);
      expect(outcome(await readJob())).toBe('200 HIT');
    }
  });
});

describe('the commands sent to Redis', () => {
  it('leave what others keep there alone', async () => {
    expect(await redis.command('GET', 'theirs')).toBe('kept');
    const used = Object.keys(await calls());
    // KEYS was called by this test, `calls` counts from the start.
    for (const forbidden of ['flushall', 'flushdb', 'scan', 'randomkey', 'monitor', 'script|flush']) {
      expect(used).not.toContain(forbidden);
    }
  });

  it('survive that others flush the scripts', async () => {
    await untilHit(app, { user, job });
    await redis.command('SCRIPT', 'FLUSH');
    expect(outcome(await readJob())).toBe('200 HIT');
    await redis.command('SCRIPT', 'FLUSH');
    expect((await rename('after the flush')).status).toBe(200);
    expect(titleOf(await untilHit(app, { user, job }))).toBe('after the flush');
  });

  it('survive that others flush the whole server', async () => {
    await redis.command('FLUSHALL');
    expect(titleOf(await untilHit(app, { user, job }))).toBe('after the flush');
    await redis.command('SET', 'theirs', 'kept');
  });

  it('are counted: one for a hit, whatever it needs', async () => {
    await untilHit(app, { user, job });
    const before = commandsOf(app);
    await readJob();
    const after = commandsOf(app);
    expect((after.admit ?? 0) - (before.admit ?? 0)).toBe(1);
    const others = ({ admit: _admit, ping: _ping, ...rest }: Record<string, number>) => rest;
    expect(others(after)).toEqual(others(before));
  });

  it('go over REDIS_MAX_CONNECTIONS connections', async () => {
    const clients = await redis.command<string>('CLIENT', 'LIST', 'TYPE', 'normal');
    expect(clients.match(/name=jobtrail/g)).toHaveLength(3);
  });

  it('are a PING on each idle connection after REDIS_HEALTH_CHECK_INTERVAL', async () => {
    const pings = async () => (await calls()).ping ?? 0;
    const before = await pings();
    await until(async () => (await pings()) >= before + 6, 'two rounds of health checks');
    expect(commandsOf(app).ping).toBeGreaterThanOrEqual(6);
  });
});

describe('a health check', () => {
  it('finds out that Redis is silent when no request does, and lets go of it', async () => {
    await redis.pause();
    await untilOnRedis(app, false);
    redis.resume();
    await untilOnRedis(app);
  });
});
