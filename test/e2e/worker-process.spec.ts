import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from 'pg';
import { outcome, startCachingApp, untilCaching, type CachingApp } from '../support/caching-app';
import { eventually } from '../support/eventually';
import { BuiltProgram, type RunningProgram } from '../support/program';
import { letTimePass, queued } from '../support/queue/queue-app';
import { TEST_SECRET_KEY } from '../support/test-app';

const READY = /Worker: {3}ready/;

let program: BuiltProgram;
/** Serves, and leaves the work to others. */
let app: CachingApp;
beforeAll(async () => {
  program = new BuiltProgram();
  app = await startCachingApp();
});
afterAll(async () => {
  await app.close();
  await program.remove();
});

const start = (overrides: NodeJS.ProcessEnv = {}, args: string[] = []): RunningProgram =>
  program.start(
    { DATABASE_URL: app.databaseUrl, SECRET_KEY: TEST_SECRET_KEY, WORKER_POLL_INTERVAL: '1', ...overrides },
    'worker',
    args,
  );

const KEYS = 'expire-idempotency-keys';

const sendKeys = (retries = 5): Promise<unknown> =>
  app.query(
    `INSERT INTO queue.job (name, data, retry_limit, retry_delay, retry_backoff, expire_in, policy)
     VALUES ($1, '{}', $2, 1, true, '60 s', 'singleton')`,
    [KEYS, retries],
  );

describe('npm run worker', () => {
  it('takes over the work of a worker that was killed in the middle of it', async () => {
    await app.query(`DELETE FROM queue.job`);
    const { user } = await app.register();
    await app.query(
      `INSERT INTO idempotency_keys (owner_id, key, request_hash, status, headers, body, created_at, expires_at)
       VALUES ($1, 'old', '', 201, '{}', '', now(), now() - interval '1 s')`,
      [user.id],
    );
    await sendKeys();
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE idempotency_keys');
      const killed = start();
      await killed.says(READY);
      await eventually(
        () => queued(app.databaseUrl, KEYS),
        (rows) => rows.some(({ state }) => state === 'active'),
      );
      expect(await killed.stop('SIGKILL')).toBe('SIGKILL');
      await holder.query('ROLLBACK');
    } finally {
      await holder.end();
    }
    expect((await queued(app.databaseUrl, KEYS)).filter(({ state }) => state === 'active')).toHaveLength(1);
    // Its lease runs out, and nobody has looked after the queue for a while.
    await letTimePass(app.databaseUrl, KEYS);
    await app.query('UPDATE queue.version SET maintained_on = NULL');
    const next = start();
    await eventually(
      () => queued(app.databaseUrl, KEYS),
      (rows) => rows.every(({ state }) => state === 'completed') && rows.some(({ retries }) => retries === 1),
    );
    expect(await app.query('SELECT key FROM idempotency_keys')).toEqual([]);
    expect(await next.stop('SIGTERM')).toBe(0);
  });

  it('listens nowhere, leaves the caches of the instances alone, and works whatever WORKER_ENABLED says', async () => {
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const { token } = await app.register();
    const read = () => app.request('GET', '/api/jobs?count=none', { token });
    await untilCaching(app);
    await read();
    const { port } = occupied.address() as AddressInfo;
    const worker = start({ PORT: String(port), WORKER_ENABLED: 'false', REDIS_ENABLED: 'false' });
    try {
      await worker.says(READY);
      await sendKeys();
      await eventually(
        () => queued(app.databaseUrl, KEYS),
        (rows) => rows.every(({ state }) => state === 'completed'),
      );
      for (let second = 0; second < 3; second++) expect(outcome(await read())).toBe('200 HIT');
      expect(await app.query('SELECT count(*)::integer AS n FROM cache_instances')).toEqual([{ n: 1 }]);
    } finally {
      expect(await worker.stop('SIGINT')).toBe(0);
      occupied.close();
    }
  });

  it('lists dead work with its reason, and has it done again', async () => {
    await app.query('DELETE FROM queue.job');
    const [dead] = await app.query<{ id: string }>(
      `INSERT INTO queue.job (name, data, state, retry_limit, retry_count, started_on, completed_on, output)
       VALUES ($1, '{}', 'failed', 5, 5, now(), '2026-01-02T03:04:05.678Z', '{ "message": "Error: two\\nlines" }')
       RETURNING id`,
      [KEYS],
    );
    const id = dead?.id ?? '';
    const list = start({}, ['--failed']);
    expect([await list.exit(), list.stdout]).toEqual([
      0,
      `2026-01-02T03:04:05.678Z  ${KEYS}  ${id}  6 attempts  Error: two lines\n`,
    ]);
    const retry = start({}, ['--retry', id]);
    expect([await retry.exit(), retry.stdout]).toEqual([0, '1 will be done again.\n']);
    expect(await queued(app.databaseUrl, KEYS)).toEqual([
      expect.objectContaining({ id, state: 'created', retries: 0 }),
    ]);
    const [empty, none] = [start({}, ['--failed']), start({}, ['--retry', id])];
    expect([await empty.exit(), empty.stdout]).toEqual([0, 'No work has been given up.\n']);
    expect([await none.exit(), none.stderr]).toEqual([1, `There is no dead work ${id}\n`]);
  });

  it('says what is wrong with how it is configured or used, and ends', async () => {
    const cases: [NodeJS.ProcessEnv, string[], RegExp][] = [
      [{ DATABASE_URL: '' }, [], /DATABASE_URL: is required: the worker runs beside/],
      [{ WORKER_POLL_INTERVAL: 'often' }, [], /WORKER_POLL_INTERVAL: must be a whole/],
      [{ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }, [], /cannot be used/],
      [{}, ['--fail'], /npm run worker -- --failed/],
      [{}, ['--retry', '1'], /takes the id of a piece of work/],
    ];
    await Promise.all(
      cases.map(async ([overrides, args, message]) => {
        const refused = start(overrides, args);
        expect([await refused.exit(), refused.stderr]).toEqual([1, expect.stringMatching(message)]);
        expect(refused.stderr).not.toMatch(/\n\s+at .+:\d+/);
      }),
    );
  });
});
