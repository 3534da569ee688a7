import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { untilBlocked } from '../support/blocked';
import { Database } from '../../src/platform/database';
import { startCuttingProxy, type CuttingProxy } from '../support/cutting-proxy';
import { JobApi } from '../support/job-api';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { startTestApp, type TestApp, type TestRequest, type TestResponse } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

let app: TestApp;
let proxy: CuttingProxy;
let behind: TestApp;
let api: JobApi;
let job: string;

beforeAll(async () => {
  app = await startTestApp();
  proxy = await startCuttingProxy(app.databaseUrl);
  behind = await startTestApp({}, { databaseUrl: proxy.urlFor(app.databaseUrl) });
});

beforeEach(async () => {
  api = await JobApi.ofNewUser(app);
  await api.create({ title: 'Zoologist' });
  job = (await api.create({ title: 'Engineer' })).id;
  // What is read once a minute is not in the way of what a test means to cut.
  await send('GET', '/api/workflows');
});

afterEach(async () => {
  expect(await brokenInvariants(app)).toEqual({});
});

afterAll(async () => {
  await behind.close();
  await proxy.close();
  await app.close();
});

const send = (method: string, path: string, request: TestRequest = {}): Promise<TestResponse> =>
  behind.request(method, path, { token: api.user.token, ...request });

const state = async (): Promise<{ version: number; events: number; title: string } | undefined> => {
  const [row] = await app.query<{ version: number; events: number; title: string }>(
    `SELECT version, title, (SELECT count(*)::int FROM job_status_events WHERE job_id = j.id) AS events
     FROM jobs j WHERE id = $1`,
    [job],
  );
  return row;
};

const cut = (when: 'before' | 'after', text: string): void => {
  // There is READ COMMITTED, too; the end of a text goes over the wire as a zero.
  const sent = text === COMMIT ? `${text}\0` : text;
  if (when === 'before') proxy.cutBefore(sent);
  else proxy.cutAfter(sent);
};

/** Sends while the connection is cut, and makes sure that it was. */
const sendThroughCut = async (
  [when, text]: readonly ['before' | 'after', string],
  ...request: Parameters<typeof send>
): Promise<TestResponse> => {
  const cuts = proxy.cuts();
  cut(when, text);
  const answer = await send(...request);
  expect(proxy.cuts()).toBe(cuts + 1);
  return answer;
};

const append = (key?: string): Parameters<typeof send> => [
  'POST',
  `/api/jobs/${job}/status-events`,
  { body: { status: 'applied' }, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) },
];

const WHEN = ['before', 'after'] as const;

const COMMIT = 'COMMIT';

describe('A connection that is cut before or after a read reaches Postgres', () => {
  const READS: [string, () => string, string][] = [
    ['a list', () => '/api/jobs', 'jobs.page:'],
    ['a filtered list', () => '/api/jobs?q=engineer', 'jobs.search-walk:'],
    ['an exact total', () => '/api/jobs?count=exact&limit=1&createdFrom=2020-01-01', 'AS rows FROM'],
    ['a job', () => `/api/jobs/${job}`, 'jobs.one:'],
    ['a history', () => `/api/jobs/${job}/status-events`, 'history.newest:'],
    ['the deadlines', () => '/api/jobs/upcoming-deadlines', 'jobs.upcoming_deadlines:'],
    ['the profile', () => '/api/profile', '"users"'],
    ['the beginning of an export', () => '/api/jobs/export', 'BEGIN READ ONLY'],
  ];

  it.each(READS.flatMap(([name, ...rest]) => WHEN.map((when) => [when, name, ...rest] as const)))(
    'costs nothing but time: %s %s',
    async (when, _name, path, text) => {
      const answer = await sendThroughCut([when, text], 'GET', path());
      expect(answer.status).toBe(200);
      expect(answer.text).toBe((await send('GET', path())).text);
    },
  );
});

describe('A write of one statement whose answer is lost', () => {
  it('is not repeated when the statement did not arrive: nothing was done, and the client hears 503', async () => {
    const answer = await sendThroughCut(['before', 'jobs.append_one'], ...append());
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(await state()).toMatchObject({ version: 1, events: 1 });
  });

  it('is not repeated when it was done: it was done once, and the client hears 503', async () => {
    const answer = await sendThroughCut(['after', 'jobs.append_one'], ...append());
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(await state()).toMatchObject({ version: 2, events: 2 });
  });
});

describe('A write with an Idempotency-Key', () => {
  it.each([
    ...WHEN.flatMap((when) =>
      ['START TRANSACTION', 'idempotency.lock', 'jobs.append_one', 'idempotency.store'].map(
        (text) => [when, text, null] as const,
      ),
    ),
    ['before', COMMIT, null] as const,
    ['after', COMMIT, 'true'] as const,
  ])('is done once when the connection is cut %s %s', async (when, text, replayed) => {
    const key = randomUUID();
    const answer = await sendThroughCut([when, text], ...append(key));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('idempotency-replayed')).toBe(replayed);
    expect(answer.body).toMatchObject({ event: { status: 'applied', seq: 2 } });
    expect(await state()).toMatchObject({ version: 2, events: 2 });
    const again = await send(...append(key));
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(answer.body);
    expect(await state()).toMatchObject({ version: 2, events: 2 });
  });

  it('waits for what the attempt before has left running, instead of telling of it', async () => {
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job]);
    const key = randomUUID();
    const answered = send(...append(key));
    await untilBlocked(app);
    // Only the way to Postgres breaks: the statement goes on there, holds the key, and is rolled back in the end.
    const [waiting] = await app.query<{ port: number }>(
      `SELECT client_port AS port FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    proxy.cutLocalPort(waiting?.port ?? 0);
    setTimeout(() => void holder.query('ROLLBACK').then(() => holder.end()), 300);
    const answer = await answered;
    expect(answer.status).toBe(201);
    expect(await state()).toMatchObject({ version: 2, events: 2 });
  });
});

describe('A transaction', () => {
  const patch = (): Parameters<typeof send> => [
    'PATCH',
    `/api/jobs/${job}`,
    { body: { title: 'Architect', status: 'applied' } },
  ];

  it.each(
    WHEN.flatMap((when) =>
      [
        'START TRANSACTION',
        'SET TRANSACTION',
        'FOR UPDATE',
        'jobs.append_one',
        'UPDATE "jobs"',
        'jobs.one:',
      ].map((text) => [when, text] as const),
    ),
  )('is begun anew when the connection is cut %s %s', async (when, text) => {
    const answer = await sendThroughCut([when, text], ...patch());
    expect([answer.status, answer.body.title, answer.body.currentStatus]).toEqual([
      200,
      'Architect',
      'applied',
    ]);
    expect(await state()).toEqual({ version: 2, events: 2, title: 'Architect' });
  });

  it('is not repeated when its COMMIT was sent, whether that arrived or not', async () => {
    expect((await sendThroughCut(['before', COMMIT], ...patch())).status).toBe(503);
    expect(await state()).toEqual({ version: 1, events: 1, title: 'Engineer' });
    expect((await sendThroughCut(['after', COMMIT], ...patch())).status).toBe(503);
    expect(await state()).toEqual({ version: 2, events: 2, title: 'Architect' });
  });

  it('is begun anew when an administrator ends its session', async () => {
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job]);
    const answered = send(...patch());
    await untilBlocked(app);
    await app.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    await holder.query('ROLLBACK');
    await holder.end();
    expect((await answered).status).toBe(200);
    expect(await state()).toEqual({ version: 2, events: 2, title: 'Architect' });
  });

  it.each(['archive', 'bulk'])('of other kinds is done once as well: %s', async (kind) => {
    const request: Parameters<typeof send> =
      kind === 'archive'
        ? ['POST', `/api/jobs/${job}/archive`, { body: {} }]
        : ['POST', '/api/jobs/bulk/deadline', { body: { ids: [job], deadline: '2030-01-01' } }];
    const answer = await sendThroughCut(['after', 'UPDATE "jobs"'], ...request);
    expect(answer.status).toBe(200);
    expect(await state()).toMatchObject({ version: 2 });
  });

  it('that spends a refresh token is begun anew, and the session goes on', async () => {
    const refresh = (): Parameters<typeof send> => [
      'POST',
      '/api/auth/refresh',
      { token: undefined, body: { refreshToken: api.user.refreshToken } },
    ];
    const answer = await sendThroughCut(['after', 'sessions.rotate'], ...refresh());
    expect(answer.status).toBe(200);
    const next = await send('POST', '/api/auth/refresh', {
      token: undefined,
      body: { refreshToken: answer.body.refreshToken },
    });
    expect(next.status).toBe(200);
  });
});

describe('While no connection can be had', () => {
  let door: TcpProxy;
  let outside: TestApp;

  beforeAll(async () => {
    door = await startTcpProxy(app.databaseUrl);
    outside = await startTestApp({ CACHE_ENABLED: 'false' }, { databaseUrl: door.urlFor(app.databaseUrl) });
  });

  afterAll(async () => {
    await outside.close();
    await door.close();
  });

  /** A statement that is sent on a connection which is gone without being known to be is one whose answer is lost. */
  const shut = async (): Promise<void> => {
    await door.cut();
    const { pool } = outside.app.get(Database);
    const deadline = Date.now() + 30_000;
    while (pool.totalCount > 0) {
      if (Date.now() > deadline) throw new Error('The broken connections are not noticed');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  const create = (title: string): Promise<TestResponse> =>
    outside.request('POST', '/api/jobs', { token: api.user.token, body: { title } });

  const titles = async (): Promise<string[]> =>
    (
      await app.query<{ title: string }>('SELECT title FROM jobs WHERE owner_id = $1 ORDER BY title', [
        api.user.user.id,
      ])
    ).map(({ title }) => title);

  it('writes wait for a short while too: none of them has been sent', async () => {
    await create('A');
    await shut();
    setTimeout(() => void door.restore(), 400);
    const answers = await Promise.all(['B', 'C', 'D'].map(create));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await titles()).toEqual(['A', 'B', 'C', 'D', 'Engineer', 'Zoologist']);
  });

  it('for longer, the first are told so in the time that is promised, the next at once, until it is over', async () => {
    await create('A');
    await shut();
    const timed = async (): Promise<[number, number]> => {
      const began = performance.now();
      const { status } = await create('B');
      return [status, performance.now() - began];
    };
    const [status, took] = await timed();
    expect(status).toBe(503);
    expect(took).toBeGreaterThan(1_000);
    expect(took).toBeLessThan(2_500);
    const [secondStatus, secondTook] = await timed();
    expect(secondStatus).toBe(503);
    expect(secondTook).toBeLessThan(700);
    await door.restore();
    expect((await create('C')).status).toBe(201);
    expect(await titles()).toEqual(['A', 'C', 'Engineer', 'Zoologist']);
  });
});
