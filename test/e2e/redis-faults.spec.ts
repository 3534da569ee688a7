import { Logger } from '@nestjs/common';
import { outcome, startCachingApp, until, type CachingApp } from '../support/caching-app';
import { type AnsweredJob } from '../support/job-api';
import { startRedis, type RedisServer } from '../support/redis-server';
import { startRefusingRedis, type RefusingRedis } from '../support/refusing-redis';
import { commandsOf, read, titleOf, untilHit, untilOnRedis } from '../support/shared-cache';
import { startSlowProxy, type SlowProxy } from '../support/slow-proxy';
import { startTestApp, type TestApp, type TestResponse, type TestUser } from '../support/test-app';

/** A read waits for Redis once at most, and silence that lasts opens the breaker: so many reads may wait. */
const READS_THAT_WAIT = 6;

const total = (app: TestApp): number => Object.values(commandsOf(app)).reduce((sum, each) => sum + each, 0);

let redis: RedisServer;
let slow: SlowProxy;
let refusing: RefusingRedis;
let app: CachingApp;
let user: TestUser;
let job: AnsweredJob;

beforeAll(async () => {
  redis = await startRedis();
  slow = await startSlowProxy(redis.url);
  refusing = await startRefusingRedis(slow.urlFor(redis.url));
  app = await startCachingApp({
    REDIS_URL: refusing.urlFor(redis.url),
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_PER_MINUTE: '100000',
    RATE_LIMIT_PER_HOUR: '100000',
  });
  user = await app.register();
  job = (await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'first' } }))
    .body as AnsweredJob;
});
afterAll(async () => {
  await app.close();
  await refusing.close();
  await slow.close();
  await redis.stop();
});

const readJob = (): Promise<TestResponse> => read(app, { user, job });
const rename = (title: string): Promise<TestResponse> =>
  app.request('PATCH', `/api/jobs/${job.id}`, { token: user.token, body: { title } });

/** What the log says of Redis, from now on. */
const listen = (): string[] => {
  const lines: string[] = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation(function (this: Logger, ...[message]: unknown[]) {
      if ((this as unknown as { context: string }).context === 'Redis')
        lines.push(`${level}: ${String(message)}`);
    });
  }
  return lines;
};
afterEach(() => jest.restoreAllMocks());

interface Fault {
  name: string;
  begin: () => unknown;
  end: () => unknown;
}

const faults: Fault[] = [
  { name: 'killed', begin: () => redis.kill(), end: () => redis.restart() },
  { name: 'frozen', begin: () => redis.pause(), end: () => redis.resume() },
  { name: 'refusing connections', begin: () => slow.refuse(), end: () => slow.accept() },
  { name: 'slow by 2 s', begin: () => slow.delayReplies(2_000), end: () => slow.delayReplies(0) },
  {
    name: 'out of memory',
    begin: () => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    end: () => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'over its quota',
    begin: () => refusing.answerWith('ERR max requests limit exceeded. Limit: 500000, Usage: 500000.'),
    end: () => refusing.obey(),
  },
  {
    name: 'a replica since its failover',
    begin: () => redis.command('REPLICAOF', '127.0.0.1', '1'),
    end: () => redis.command('REPLICAOF', 'NO', 'ONE'),
  },
  { name: 'hanging up', begin: () => refusing.hangUp(), end: () => refusing.obey() },
];

describe.each(faults)('a Redis that is $name', ({ begin, end }) => {
  it('fails no request, is asked no more soon, is told of once, and is used again when it can be', async () => {
    await untilOnRedis(app);
    await app.request('GET', '/api/workflows', { token: user.token });
    await untilHit(app, { user, job });
    const lines = listen();
    await begin();
    const before = total(app);
    for (let turn = 0; turn < 2 * READS_THAT_WAIT; turn += 1) expect((await readJob()).status).toBe(200);
    // Of each read one command, and of those alone that came before the breaker opened.
    expect(total(app) - before).toBeLessThanOrEqual(READS_THAT_WAIT);
    await untilOnRedis(app, false);
    const open = total(app);
    const title = `renamed ${lines.length} ${Math.random()}`;
    expect((await rename(title)).status).toBe(200);
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await readJob();
      expect(outcome(answer)).toBe('200 BYPASS');
      expect(titleOf(answer)).toBe(title);
      expect(answer.headers.get('x-ratelimit-limit')).toBe('100000');
    }
    expect(outcome(await app.request('GET', '/api/workflows', { token: user.token }))).toBe('200 HIT');
    expect(total(app)).toBe(open);
    expect(lines).toEqual([expect.stringMatching(/^warn: Redis is away \(.+\): going on without it$/)]);
    await end();
    expect(titleOf(await untilHit(app, { user, job }))).toBe(title);
    expect(lines.slice(1)).toEqual(['log: Redis is back']);
  });
});

describe('a write', () => {
  it('waits once where Redis is silent, not again', async () => {
    await untilHit(app, { user, job });
    await redis.pause();
    const before = total(app);
    for (let turn = 0; turn < 5; turn += 1) expect((await rename(`silent ${turn}`)).status).toBe(200);
    // The mark of the first one; its refused bump, and all later ones, were not sent.
    expect(total(app) - before).toBeLessThanOrEqual(3);
    redis.resume();
    expect(titleOf(await untilHit(app, { user, job }))).toBe('silent 4');
  });
});

describe('a Redis that cannot be used from the start on', () => {
  const worksWithout = async (url: string): Promise<TestApp> => {
    const other = await startTestApp({ REDIS_URL: url });
    const someone = await other.register();
    const list = (): Promise<TestResponse> => other.request('GET', '/api/jobs', { token: someone.token });
    expect(outcome(await list())).toBe('200 BYPASS');
    const made = await other.request('POST', '/api/jobs', { token: someone.token, body: { title: 'one' } });
    expect(made.status).toBe(201);
    expect(outcome(await list())).toBe('200 BYPASS');
    return other;
  };

  it('because it is away: it is used once it is there', async () => {
    const away = await startSlowProxy(redis.url);
    await away.refuse();
    const other = await worksWithout(away.urlFor(redis.url));
    await away.accept();
    await untilOnRedis(other);
    await other.close();
    await away.close();
  });

  it('because it does not answer', async () => {
    const silent = await startSlowProxy(redis.url);
    silent.blackhole();
    const other = await worksWithout(silent.urlFor(redis.url));
    await other.close();
    await silent.close();
  });

  it('because the password is wrong, which the log does not tell', async () => {
    const guarded = await startRedis({ password: 'right' });
    const lines = listen();
    const other = await worksWithout(guarded.url.replace(':right@', ':wrong-secret@'));
    expect(lines).toEqual([expect.stringMatching(/^warn: Redis is away \(WRONGPASS .+$/)]);
    expect(lines.join()).not.toContain('wrong-secret');
    await other.close();
    await guarded.stop();
  });
});

describe('connections that are given up while they are made', () => {
  it('do not stay behind at the server', async () => {
    const silent = await startSlowProxy(redis.url);
    silent.blackhole();
    const other = await startTestApp({ REDIS_URL: silent.urlFor(redis.url), REDIS_MAX_CONNECTIONS: '3' });
    silent.deliver();
    await untilOnRedis(other);
    const ours = async (): Promise<number> =>
      (await redis.command<string>('CLIENT', 'LIST', 'TYPE', 'normal')).match(/name=jobtrail/g)?.length ?? 0;
    const shared = app.config.redis?.maxConnections ?? 0;
    await until(async () => (await ours()) === 3 + shared, 'no other connection to be left');
    await other.close();
    await until(async () => (await ours()) === shared, 'the connections to end');
    await silent.close();
  });
});
