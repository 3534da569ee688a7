import { Client } from 'pg';
import { LoginTurns } from '../../src/auth/login-turns';
import { untilBlocked } from '../support/blocked';
import {
  PATIENT,
  randomEmail,
  startTestApp,
  TEST_PASSWORD,
  type TestApp,
  type TestResponse,
} from '../support/test-app';

let app: TestApp;
beforeAll(async () => (app = await startTestApp({ TRUST_PROXY: '1', ...PATIENT })));
afterAll(() => app.close());

const login = (email: string, password: string, from = '203.0.113.1'): Promise<TestResponse> =>
  app.request('POST', '/api/auth/login', { body: { email, password }, headers: { 'x-forwarded-for': from } });
const fail = async (email: string, times: number, from?: string): Promise<number[]> => {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++)
    statuses.push((await login(email, 'not the password', from)).status);
  return statuses;
};
const age = (email: string, interval: string): Promise<unknown> =>
  app.query(
    `UPDATE login_failures SET last_failed_at = last_failed_at - $2::interval,
       failed_at = ARRAY(SELECT at - $2::interval FROM unnest(failed_at) AS at ORDER BY at) WHERE email = $1`,
    [email, interval],
  );
const failures = (email: string): Promise<{ count: number }[]> =>
  app.query('SELECT cardinality(failed_at) AS count FROM login_failures WHERE email = $1', [email]);

describe('Ten failed logins within 15 minutes', () => {
  it('pause that address for that e-mail, even with the right password', async () => {
    const { user } = await app.register();
    expect(await fail(user.email, 10)).toEqual(Array(10).fill(401));
    const { status, body, headers } = await login(user.email, TEST_PASSWORD);
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(14 * 60);
    expect(seconds).toBeLessThanOrEqual(15 * 60);
  });

  it('do not pause another address, nor that address for another e-mail', async () => {
    const [paused, other] = [await app.register(), await app.register()];
    await fail(paused.user.email, 10);
    expect((await login(paused.user.email, TEST_PASSWORD)).status).toBe(429);
    expect((await login(paused.user.email, TEST_PASSWORD, '203.0.113.2')).status).toBe(200);
    expect((await login(other.user.email, TEST_PASSWORD)).status).toBe(200);
  });

  it('count for a whole /64 of IPv6', async () => {
    const { user } = await app.register();
    await fail(user.email, 5, '2001:db8:1:2::1');
    await fail(user.email, 5, '2001:db8:1:2:ffff::2');
    expect((await login(user.email, TEST_PASSWORD, '2001:db8:1:2:3:4:5:6')).status).toBe(429);
    expect((await login(user.email, TEST_PASSWORD, '2001:db8:1:3::1')).status).toBe(200);
  });

  it('pause an unknown e-mail just so', async () => {
    const email = randomEmail();
    expect(await fail(email, 11)).toEqual([...Array<number>(10).fill(401), 429]);
  });

  it('pause until the oldest of them is 15 minutes old; attempts meanwhile do not prolong it', async () => {
    const { user } = await app.register();
    await fail(user.email, 1);
    await age(user.email, '10 minutes');
    await fail(user.email, 9);
    const paused = await login(user.email, TEST_PASSWORD);
    expect(paused.status).toBe(429);
    expect(Number(paused.headers.get('retry-after'))).toBeLessThanOrEqual(5 * 60);
    await fail(user.email, 3);
    await age(user.email, '5 minutes');
    expect((await login(user.email, TEST_PASSWORD)).status).toBe(200);
  });

  it('pause again after one more failure when nine are still young', async () => {
    const email = randomEmail();
    await fail(email, 1);
    await age(email, '14 minutes');
    await fail(email, 9);
    await age(email, '2 minutes');
    expect(await fail(email, 2)).toEqual([401, 429]);
  });

  it('hold on every instance', async () => {
    const { user } = await app.register();
    await fail(user.email, 10);
    const second = await startTestApp({ TRUST_PROXY: '1' }, { databaseUrl: app.databaseUrl });
    try {
      const { status } = await second.request('POST', '/api/auth/login', {
        body: { email: user.email, password: TEST_PASSWORD },
        headers: { 'x-forwarded-for': '203.0.113.1' },
      });
      expect(status).toBe(429);
    } finally {
      await second.close();
    }
  });

  it('stay ten in a burst: of 40 guesses at once no more learn whether they were right', async () => {
    // All of them at once, not in turns.
    app.app.get(LoginTurns, { strict: false }).patience = 0;
    const { user } = await app.register();
    const guesses = Array.from({ length: 40 }, () => login(user.email, 'not the password'));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
  });

  it('keep a right password that was checked before the tenth was counted from being granted', async () => {
    const { user } = await app.register();
    await fail(user.email, 9);
    const counting = new Client({ connectionString: app.databaseUrl });
    await counting.connect();
    try {
      await counting.query('BEGIN');
      await counting.query('UPDATE login_failures SET failed_at = failed_at || now() WHERE email = $1', [
        user.email,
      ]);
      const right = login(user.email, TEST_PASSWORD);
      await untilBlocked(app);
      await counting.query('COMMIT');
      expect((await right).status).toBe(429);
    } finally {
      await counting.end();
    }
  });
});

describe('Fewer failures', () => {
  it('are forgotten after a success', async () => {
    const { user } = await app.register();
    await fail(user.email, 9);
    expect((await login(user.email, TEST_PASSWORD)).status).toBe(200);
    expect(await failures(user.email)).toEqual([]);
    expect(await fail(user.email, 10)).toEqual(Array(10).fill(401));
  });

  it('do not stand in the way of right logins at once', async () => {
    const { user } = await app.register();
    await fail(user.email, 9);
    const attempts = Array.from({ length: 20 }, () => login(user.email, TEST_PASSWORD));
    expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  });
});

describe('What is kept of failures', () => {
  it('goes when it is stale, with whatever failure comes next', async () => {
    const old = randomEmail();
    await fail(old, 1);
    await age(old, '16 minutes');
    await fail(randomEmail(), 1);
    expect(await failures(old)).toEqual([]);
  });

  it.each([
    'rubbish',
    'x'.repeat(3000),
    '::ffff:203.0.113.99',
    '[2001:db8::1]:80',
    '%00',
    "'; DROP TABLE users",
  ])('survives a forwarded address of %s', async (from) => {
    const email = randomEmail();
    expect((await login(email, 'not the password', from)).status).toBe(401);
    expect(await failures(email)).toEqual([{ count: 1 }]);
  });
});
