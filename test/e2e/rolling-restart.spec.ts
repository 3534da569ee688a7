import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'pg';
import { type ChildServer, freePort } from '../support/child-server';
import { eventually } from '../support/eventually';
import { expectWholeTrail } from '../support/faults/expect-whole-trail';
import { Load, type Outcome } from '../support/faults/load';
import { ServedProgram } from '../support/faults/served-program';
import { startNginx } from '../support/nginx';
import { loggedOf, type LoggedRequest } from '../support/nginx-log';
import { BuiltProgram } from '../support/program';
import { startRedis, type RedisServer } from '../support/redis-server';
import { requireProgram } from '../support/required-program';
import { PATIENT, TEST_SECRET_KEY } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const nginx = requireProgram('nginx');

/** Four starts and two stops, each of which a busy machine makes many times as long. Milliseconds. */
const LONG = 300_000;

/** A request that was not answered 2xx, with what is known of it. */
type Failure = Outcome & { logged: LoggedRequest | undefined };

/**
 * What can be promised to nobody: between the last look at a port and its close a connection can come, and a process may be
 * kept from running just there. It is reset, and nginx does not send again what may have been done: one instance was
 * asked and no other, so that it was neither a read nor a request with an `Idempotency-Key`.
 */
const cameWithTheClose = ({ kind, answer, logged }: Failure): boolean =>
  kind === 'append' &&
  answer === '503 unavailable' &&
  / 127\.0\.0\.1:\d+ 502 \S+$/.test(logged?.access ?? '') &&
  (logged?.errors ?? []).some((line) => line.includes('Connection reset by peer'));

/** Requests that are answered between two steps, so that each step is taken under load. */
const SOME = 40;

nginx.describe('Two instances behind nginx that are restarted one after the other, under load', () => {
  jest.setTimeout(LONG);

  let database: TestDatabase;
  let redis: RedisServer;
  let built: BuiltProgram;
  let proxy: ChildServer;
  let pool: Pool;
  let instances: ServedProgram[];

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
    pool = new Pool({ connectionString: database.url, max: 2 });
    built = new BuiltProgram();
    // As in production: with its delay before the port is closed.
    const environment = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      SECRET_KEY: TEST_SECRET_KEY,
      TRUST_PROXY: '1',
      LOG_LEVEL: 'warn',
      // How long a request takes here says nothing of the program, and would be an error in its log.
      VERY_SLOW_REQUEST_MS: String(LONG),
      ...PATIENT,
    };
    const ports = [await freePort(), await freePort()];
    instances = await Promise.all(
      ports.map((port) => ServedProgram.start(built, { ...environment, PORT: String(port) })),
    );
    proxy = await startNginx(nginx.file, ports);
  });

  afterAll(async () => {
    await Load.abandonAll();
    await built.remove();
    await proxy.stop();
    await pool.end();
    await database.drop();
    await redis.stop();
  });

  const ready = (instance: ServedProgram): Promise<number> =>
    instance.request('GET', '/api/health/ready').then(
      ({ status }) => status,
      () => 0,
    );

  /** Requests that nginx has had answered by an instance so far. */
  const answeredBy = async (instance: ServedProgram): Promise<number> => {
    const lines = (await readFile(join(proxy.folder, 'access.log'), 'utf8')).split('\n');
    return lines.filter((line) => line.includes(` ${new URL(instance.url).host} `)).length;
  };

  const untilUsed = async (instance: ServedProgram): Promise<void> => {
    const before = await answeredBy(instance);
    await eventually(
      () => answeredBy(instance),
      (count) => count >= before + SOME,
    );
  };

  const failuresOf = (load: Load): Promise<Failure[]> =>
    Promise.all(
      load.failures().map(async (outcome) => ({ ...outcome, logged: await loggedOf(proxy, outcome.id) })),
    );

  it('lose no request, and no event of a trail, and write none twice', async () => {
    const [first] = instances;
    if (first === undefined) throw new Error('There is no instance');
    const user = await first.register();
    const jobs = await Promise.all(Array.from({ length: 6 }, () => first.createJob(user)));
    const front = { url: `http://127.0.0.1:${proxy.port}` } as ServedProgram;
    const load = new Load(front, user, jobs).start({ keyed: 2, plain: 2, readers: 3 });
    for (const instance of instances) {
      await untilUsed(instance);
      const ended = instance.program.stop('SIGTERM');
      await eventually(
        () => ready(instance),
        (status) => status === 503,
      );
      // It still serves: a load balancer may take a while to notice.
      expect((await instance.request('GET', '/api/jobs', { token: user.token })).status).toBe(200);
      expect([await ended, instance.errors()]).toEqual([0, []]);
      await load.untilServed(SOME);
      await instance.restart();
      expect(await ready(instance)).toBe(200);
      await untilUsed(instance);
    }
    await load.stop();
    const failures = await failuresOf(load);
    expect(failures.filter((failure) => !cameWithTheClose(failure))).toEqual([]);
    // Rare on a machine that is busy, and not once a close.
    expect(failures.length).toBeLessThan(instances.length);
    const { 200: reads = 0, 201: appends = 0 } = load.counts();
    expect(Math.min(reads, appends)).toBeGreaterThan(SOME);
    expect(load.doubtful.size).toBe(failures.length);
    const query = async (sql: string, values?: unknown[]) => (await pool.query<never>(sql, values)).rows;
    await expectWholeTrail({ query }, load);
  });
});
