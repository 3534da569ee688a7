import { Client } from 'pg';
import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp, type TestResponse } from '../support/test-app';

let app: TestApp;
let api: JobApi;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.query('DELETE FROM idempotency_keys');
  api = await JobApi.ofNewUser(app);
});

const create = (key: string): Promise<TestResponse> =>
  api.call('POST', '', { title: 'Keyed' }, { 'idempotency-key': key });

/** Answers that expired, the first one longest ago. */
const makeExpired = (count: number): Promise<unknown> =>
  app.query(
    `INSERT INTO idempotency_keys (owner_id, key, request_hash, status, headers, body, created_at, expires_at)
     SELECT $1, 'old ' || i, '', 200, '{}', '', now() - interval '2 days', now() - interval '1 day' + make_interval(secs => i)
     FROM generate_series(1, $2::int) AS i`,
    [api.user.user.id, count],
  );
const keys = async (): Promise<string[]> =>
  (await app.query<{ key: string }>('SELECT key FROM idempotency_keys ORDER BY expires_at')).map(
    ({ key }) => key,
  );

describe('Expired answers to keyed requests', () => {
  it('go when others are stored, the oldest 20 each time; those that are kept stay', async () => {
    await create('kept');
    await makeExpired(45);
    await create('first');
    expect(await keys()).toEqual([
      ...Array.from({ length: 25 }, (_, index) => `old ${index + 21}`),
      'kept',
      'first',
    ]);
    await create('second');
    await create('third');
    expect(await keys()).toEqual(['kept', 'first', 'second', 'third']);
  });

  it('make nobody wait: those that another transaction holds are passed over', async () => {
    await makeExpired(3);
    const other = new Client({ connectionString: app.databaseUrl });
    await other.connect();
    try {
      await other.query(`BEGIN; SELECT FROM idempotency_keys WHERE key = 'old 2' FOR UPDATE`);
      expect((await create('meanwhile')).status).toBe(201);
      expect(await keys()).toEqual(['old 2', 'meanwhile']);
    } finally {
      await other.end();
    }
  });

  it('are replaced and removed by many requests at once without one of them failing', async () => {
    await makeExpired(60);
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => create(`old ${60 - index}`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(await keys()).size).toBe(60);
  });
});

describe('A repetition with the same Idempotency-Key', () => {
  const send = (path: string, body: string): Promise<TestResponse> =>
    app.request('POST', path, {
      token: api.user.token,
      body,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'same' },
    });

  it('may have a slash at the end of the path, and its members in another order', async () => {
    const first = await send('/api/jobs', '{"title":"T","attributes":{"a":1,"b":[{"c":1,"d":2}]}}');
    const second = await send('/api/jobs/', '{"attributes":{"b":[{"d":2,"c":1}],"a":1},"title":"T"}');
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([
    ['another value', '/api/jobs', '{"title":"T","tags":["a","b"],"attributes":{"a":2}}'],
    [
      'the items of a list in another order',
      '/api/jobs',
      '{"title":"T","tags":["b","a"],"attributes":{"a":1}}',
    ],
  ])('may not have %s', async (_name, path, body) => {
    await send('/api/jobs', '{"title":"T","tags":["a","b"],"attributes":{"a":1}}');
    const answer = await send(path, body);
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
  });
});
