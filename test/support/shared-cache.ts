import { RedisVersions } from '../../src/platform/cache';
import { Database } from '../../src/platform/database';
import { RedisLink } from '../../src/platform/redis';
import { startCachingApp, until, untilCaching, type CachingApp } from './caching-app';
import { stopAt, type Gate } from './gate';
import { type AnsweredJob } from './job-api';
import { type TestApp, type TestResponse, type TestUser } from './test-app';

/** Two instances on one database and one Redis, each by its own address of it, and a user with one job. */
export interface Pair {
  a: CachingApp;
  b: CachingApp;
  user: TestUser;
  job: AnsweredJob;
  close(): Promise<void>;
}

/** Starts a pair; both may serve from their caches when it resolves. */
export const startPair = async (
  redisOfA: string,
  redisOfB = redisOfA,
  overrides: NodeJS.ProcessEnv = {},
): Promise<Pair> => {
  const a = await startCachingApp({ ...overrides, REDIS_URL: redisOfA });
  const b = await startCachingApp({ ...overrides, REDIS_URL: redisOfB }, { databaseUrl: a.databaseUrl });
  await bothCache({ a, b });
  const user = await a.register();
  const { body } = await a.request('POST', '/api/jobs', { token: user.token, body: { title: 'first' } });
  const close = async (): Promise<void> => {
    await b.close();
    await a.close();
  };
  return { a, b, user, job: body as AnsweredJob, close };
};

/** Waits until both serve from their caches. */
export const bothCache = async ({ a, b }: Pick<Pair, 'a' | 'b'>): Promise<void> => {
  await untilOnRedis(a);
  await untilOnRedis(b);
  for (const app of [a, b]) await untilCaching(app);
};

/** Waits until an instance has a session with Redis. */
export const untilOnRedis = ({ app }: Pick<TestApp, 'app'>, wanted = true): Promise<void> =>
  until(() => (app.get(RedisLink).session !== undefined) === wanted, 'Redis');

/** Longer than a busy machine keeps a healthy Redis from answering. Milliseconds. */
const HOWEVER_LONG = 20_000;

/**
 * Has an instance wait for its Redis, however busy the machine is. By itself a read goes on without Redis after 40 ms,
 * is answered past the cache, and leaves nothing there for the next one: no place for a test of what the cache has.
 */
export const waitForRedis = ({ app }: { app: Pick<TestApp['app'], 'get'> }): void => {
  const link = app.get(RedisLink);
  const run = link.run.bind(link);
  const withBodies = link.withBodies.bind(link);
  link.run = (script, parameters) => run(script, parameters, HOWEVER_LONG);
  link.withBodies = (label, _patience, work) => withBodies(label, HOWEVER_LONG, work);
};

/** Reads the job of a pair through one of its instances. */
export const read = (through: TestApp, { user, job }: Pick<Pair, 'user' | 'job'>): Promise<TestResponse> =>
  through.request('GET', `/api/jobs/${job.id}`, { token: user.token });

/** Reads until the answer comes from the cache. */
export const untilHit = async (through: TestApp, pair: Pick<Pair, 'user' | 'job'>): Promise<TestResponse> => {
  let answer = await read(through, pair);
  await until(async () => {
    answer = await read(through, pair);
    return answer.headers.get('x-cache') === 'HIT';
  }, 'a hit');
  return answer;
};

/** Changes the title of the job of a pair through one of its instances. */
export const rename = (through: TestApp, { user, job }: Pair, title: string): Promise<TestResponse> =>
  through.request('PATCH', `/api/jobs/${job.id}`, { token: user.token, body: { title } });

/** The title that an answer tells. */
export const titleOf = ({ body }: TestResponse): string => (body as AnsweredJob).title;

/** Stops the next read of a job in an instance, before the database is asked or before what it said is cached. */
export const stopReader = ({ app }: TestApp, when: 'before' | 'after', jobId: string): Gate =>
  stopAt(app.get<Database, never>(Database), 'read', when, (_statement, values) =>
    ((values as unknown[] | undefined) ?? []).includes(jobId),
  );

/** Stops the next write of an instance where it announces itself: see `RedisVersions`. */
export const stopWriter = ({ app }: TestApp, at: 'mark' | 'renew', when: 'before' | 'after'): Gate =>
  stopAt(app.get<RedisVersions, never>(RedisVersions), at, when);

/** How often commands were sent to Redis by an instance. */
export const commandsOf = ({ app }: TestApp): Record<string, number> =>
  Object.fromEntries(app.get(RedisLink).commands);
