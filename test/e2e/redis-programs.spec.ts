import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { outcome, startCachingApp, until, untilCaching } from '../support/caching-app';
import { BuiltProgram, type RunningProgram } from '../support/program';
import { startRedis, type RedisServer } from '../support/redis-server';
import { read, titleOf, untilHit, untilOnRedis } from '../support/shared-cache';
import { startSlowProxy } from '../support/slow-proxy';
import { send, TEST_PASSWORD, TEST_SECRET_KEY } from '../support/test-app';
import { createTestDatabase } from '../support/test-database';
import { type AnsweredJob } from '../support/job-api';

let built: BuiltProgram;
const servers: RedisServer[] = [];
beforeAll(() => (built = new BuiltProgram()));
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => built.remove());

const start = (databaseUrl: string, environment: NodeJS.ProcessEnv): RunningProgram =>
  built.start({
    DATABASE_URL: databaseUrl,
    SECRET_KEY: TEST_SECRET_KEY,
    RATE_LIMIT_ENABLED: 'false',
    LOG_LEVEL: 'info',
    ...environment,
  });

describe('a program that is killed between its commit and its bump', () => {
  it('leaves nothing stale behind', async () => {
    const redis = await startRedis();
    servers.push(redis);
    const proxy = await startSlowProxy(redis.url);
    const app = await startCachingApp({ REDIS_URL: redis.url });
    await untilOnRedis(app);
    const program = start(app.databaseUrl, {
      REDIS_URL: proxy.urlFor(redis.url),
      // So long would it wait for its bump to be answered.
      REDIS_SOCKET_TIMEOUT: '60',
    });
    const url = await program.url();
    await untilCaching(app);
    const user = await app.register();
    const job = (await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'old' } }))
      .body as AnsweredJob;
    expect(titleOf(await untilHit(app, { user, job }))).toBe('old');
    // Its write is marked, and stops at the locked row; then Redis hears no more of it.
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job.id]);
    const writing = send(url, 'PATCH', `/api/jobs/${job.id}`, { token: user.token, body: { title: 'new' } });
    const ended = writing.then(
      () => 'answered',
      () => 'broken off',
    );
    await untilBlocked(app);
    proxy.blackhole();
    await holder.end();
    await until(async () => {
      const [row] = await app.query<{ title: string }>('SELECT title FROM jobs WHERE id = $1', [job.id]);
      return row?.title === 'new';
    }, 'the commit');
    await program.stop('SIGKILL');
    expect(await ended).toBe('broken off');
    expect(titleOf(await read(app, { user, job }))).toBe('new');
    expect(outcome(await read(app, { user, job }))).toBe('200 BYPASS');
    // Also when its mark has run out, as after a minute.
    await redis.command('DEL', `jobtrail:w:u:${user.user.id}`);
    expect(titleOf(await untilHit(app, { user, job }))).toBe('new');
    await app.close();
    await proxy.close();
  });
});

describe('a Redis with TLS and a password', () => {
  it('serves the program', async () => {
    const redis = await startRedis({ tls: true, password: 'secret "word"' });
    servers.push(redis);
    const database = await createTestDatabase();
    const program = start(database.url, { REDIS_URL: redis.url, NODE_EXTRA_CA_CERTS: redis.caFile });
    const url = await program.url();
    const account = { email: 'tls@example.com', password: TEST_PASSWORD };
    const { token } = (await send(url, 'POST', '/api/auth/register', { body: account })).body as {
      token: string;
    };
    await until(async () => outcome(await send(url, 'GET', '/api/jobs', { token })) === '200 HIT', 'a hit');
    expect(await redis.command<string>('CLIENT', 'LIST', 'TYPE', 'normal')).toMatch(/name=jobtrail/);
    expect(program.stdout + program.stderr).not.toContain('word');
    await program.stop('SIGTERM');
    await database.drop();
  });
});
