import { randomBytes } from 'node:crypto';
import { Database } from '../../src/platform/database';
import { Lifecycle } from '../../src/platform/lifecycle';
import { eventually } from '../support/eventually';
import { startRedis } from '../support/redis-server';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp, type TestResponse } from '../support/test-app';

/** What a busy machine may need besides. Milliseconds. */
const SLACK = 3_000;

const apps: TestApp[] = [];
let proxy: TcpProxy | undefined;

const start = async (...options: Parameters<typeof startTestApp>): Promise<TestApp> => {
  const app = await startTestApp(...options);
  apps.push(app);
  return app;
};

afterEach(async () => {
  for (const app of apps.splice(0).reverse()) await app.close();
  await proxy?.close();
  proxy = undefined;
});

/** An instance that reaches its database through a proxy. */
const behindProxy = async (): Promise<{ app: TestApp; network: TcpProxy }> => {
  const direct = await start();
  const network = (proxy = await startTcpProxy(direct.databaseUrl));
  return { app: await start({}, { databaseUrl: network.urlFor(direct.databaseUrl) }), network };
};

const ready = (app: TestApp): Promise<TestResponse> => app.request('GET', '/api/health/ready');

const untilReady = async (app: TestApp, wanted: 200 | 503): Promise<TestResponse> =>
  eventually(
    () => ready(app),
    ({ status }) => status === wanted,
  );

const UP = { status: 'up' };
const AWAY = { status: 'down', message: 'Postgres does not answer.' };

describe('An instance is ready', () => {
  it('while its database answers, in the shape of Terminus', async () => {
    const { status, headers, body } = await ready(await start());
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    const all = { process: UP, database: UP };
    expect(body).toEqual({ status: 'ok', info: all, error: {}, details: all });
  });

  it('without Redis as well, which is degraded', async () => {
    const redis = await startRedis();
    try {
      const app = await start({ REDIS_URL: redis.url });
      const redisOf = ({ body }: TestResponse): string => body.details.redis.status as string;
      await eventually(
        () => ready(app),
        (answer) => redisOf(answer) === 'up',
      );
      await redis.kill();
      const { status, body } = await eventually(
        () => ready(app),
        (answer) => redisOf(answer) !== 'up',
      );
      expect([status, body.status]).toEqual([200, 'ok']);
      expect(body.info.redis).toEqual({
        status: 'degraded',
        message: 'Redis is away: the service goes on without it.',
      });
      expect(body.details.redis).toEqual(body.info.redis);
      await redis.restart();
      await eventually(
        () => ready(app),
        (answer) => redisOf(answer) === 'up',
      );
    } finally {
      await redis.stop();
    }
  });

  it('while Postgres has no connection left for a probe, as long as it has some for requests', async () => {
    const app = await start();
    const role = `probe_${randomBytes(4).toString('hex')}`;
    await app.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    await app.query(`GRANT ALL ON SCHEMA public TO ${role}`);
    for (const kind of ['TABLES', 'SEQUENCES', 'ROUTINES'])
      await app.query(`GRANT ALL ON ALL ${kind} IN SCHEMA public TO ${role}`);
    const url = new URL(app.databaseUrl);
    [url.username, url.password] = [role, 'secret'];
    const limited = await start({ CACHE_ENABLED: 'false' }, { databaseUrl: url.href });
    try {
      (await limited.app.get(Database).pool.connect()).release();
      await app.query(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
      expect((await ready(limited)).status).toBe(200);
      await app.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);
      await app.query(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
      await untilReady(limited, 503);
    } finally {
      await limited.close();
      apps.splice(apps.indexOf(limited), 1);
      await app.query(`DROP OWNED BY ${role}`);
      await app.query(`DROP ROLE ${role}`);
    }
  });
});

describe('An instance is not ready', () => {
  it('while Postgres is away, and its health says so', async () => {
    const { app, network } = await behindProxy();
    expect((await ready(app)).status).toBe(200);
    await network.cut();
    const { headers, body, text } = await untilReady(app, 503);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect([headers.get('cache-control'), headers.get('retry-after')]).toEqual(['no-store', '1']);
    expect(body).toEqual({
      status: 'error',
      info: { process: UP },
      error: { database: AWAY },
      details: { process: UP, database: AWAY },
    });
    expect(text).not.toMatch(/ECONN|127\.0\.0\.1/);
    const health = await app.request('GET', '/api/health');
    expect([health.status, health.body.status, health.body.alerts[0]]).toEqual([
      503,
      'critical',
      { metric: 'database', level: 'critical', message: 'Postgres does not answer.' },
    ]);
    expect((await app.request('GET', '/api/health/live')).status).toBe(200);
    await network.restore();
    await untilReady(app, 200);
    expect((await app.request('GET', '/api/health')).status).toBe(200);
  });

  it('while Postgres is silent, which is found out within a second', async () => {
    const { app, network } = await behindProxy();
    expect((await ready(app)).status).toBe(200);
    network.freeze();
    // Until then it is told what was found last.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ready(app)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    expect(performance.now() - began).toBeLessThan(1_000 + SLACK);
    expect((await app.request('GET', '/api/health')).status).toBe(503);
    await network.cut();
    await network.restore();
    await untilReady(app, 200);
  });

  it('once it drains, while it serves on and lets its clients go', async () => {
    const app = await start();
    const { token } = await app.register();
    app.app.get(Lifecycle).drain();
    const draining = { process: { status: 'down', message: 'The instance is shutting down.' } };
    const { status, body } = await ready(app);
    expect([status, body]).toEqual([
      503,
      { status: 'shutting_down', info: {}, error: draining, details: draining },
    ]);
    const health = await app.request('GET', '/api/health');
    expect([health.status, health.body.status, health.body.alerts[0]?.metric]).toEqual([
      503,
      'critical',
      'process',
    ]);
    expect((await app.request('GET', '/api/health/live')).status).toBe(200);
    for (let turn = 0; turn < 2; turn += 1) {
      // The second comes from the cache.
      const read = await app.request('GET', '/api/workflows', { token });
      expect([read.status, read.headers.get('connection')]).toEqual([200, 'close']);
    }
  });
});
