import { hash } from '@node-rs/argon2';
import {
  randomEmail,
  startTestApp,
  TEST_PASSWORD,
  type TestApp,
  type TestResponse,
} from '../support/test-app';

let app: TestApp;
beforeAll(async () => (app = await startTestApp()));
afterAll(() => app.close());

const register = (body: unknown): Promise<TestResponse> =>
  app.request('POST', '/api/auth/register', { body });
const login = (body: unknown): Promise<TestResponse> => app.request('POST', '/api/auth/login', { body });

describe('Registering', () => {
  it('answers 201 with the account and a session, and nothing else', async () => {
    const email = randomEmail();
    const { status, body, headers } = await register({
      email,
      password: TEST_PASSWORD,
      name: 'Ada Lovelace',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expiresIn: 1800,
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      user: {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        email,
        name: 'Ada Lovelace',
        role: 'user',
      },
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('stores only an argon2id hash of the password, and of the refresh token its SHA-256', async () => {
    const { refreshToken, user } = await app.register();
    const [row] = await app.query<{ all: string }>(
      `SELECT concat_ws(' ', u.*, s.*, t.*) AS all FROM users u JOIN sessions s ON s.user_id = u.id
       JOIN refresh_tokens t ON t.session_id = s.id WHERE u.id = $1`,
      [user.id],
    );
    expect(row!.all).toContain('$argon2id$v=19$m=12288,t=3,p=1$');
    expect(row!.all).not.toContain(TEST_PASSWORD);
    expect(row!.all).not.toContain(refreshToken);
    const hashed = await app.query(
      `SELECT FROM refresh_tokens WHERE token_hash = sha256(convert_to($1, 'UTF8'))`,
      [refreshToken],
    );
    expect(hashed).toHaveLength(1);
  });

  it('trims and lower-cases the e-mail, so that another spelling is taken', async () => {
    const email = randomEmail();
    const first = await register({ email: `  ${email.toUpperCase()} `, password: TEST_PASSWORD });
    expect(first.body.user.email).toBe(email);
    const second = await register({ email, password: TEST_PASSWORD });
    expect(second).toMatchObject({ status: 409, body: { code: 'already_exists' } });
  });

  it('gives an e-mail to one of many who ask for it at once', async () => {
    const email = randomEmail();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => register({ email, password: TEST_PASSWORD })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it.each([
    ['role', { role: 'admin' }],
    ['id', { id: '01990a5c-0000-7000-8000-000000000001' }],
    ['passwordHash', { passwordHash: 'x' }],
  ])('refuses a %s from outside', async (field, extra) => {
    const { status, body } = await register({ email: randomEmail(), password: TEST_PASSWORD, ...extra });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'validation_failed',
      errors: [{ field, message: 'is not known here' }],
    });
  });

  it.each([8, 128])('takes a password of %i characters', async (length) => {
    const email = randomEmail();
    const password = '😀'.repeat(length);
    expect((await register({ email, password })).status).toBe(201);
    expect((await login({ email, password })).status).toBe(200);
  });

  it.each([7, 129])('refuses a password of %i characters', async (length) => {
    const { status, body } = await register({ email: randomEmail(), password: '😀'.repeat(length) });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ field: 'password', message: 'must be 8 to 128 characters long' }]);
  });
});

describe('Logging in', () => {
  it('lets all in who log in at once with a hash that was made with other parameters', async () => {
    const { email, id } = (await app.register()).user;
    const earlier = await hash(TEST_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await app.query('UPDATE users SET password_hash = $2 WHERE id = $1', [id, earlier]);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => login({ email, password: TEST_PASSWORD })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(200));
  });

  it('hashes a password anew whose hash was made with other parameters, and no other one', async () => {
    const { email, id } = (await app.register()).user;
    const hashOf = async (): Promise<string> => {
      const [row] = await app.query<{ hash: string }>(
        'SELECT password_hash AS hash FROM users WHERE id = $1',
        [id],
      );
      return row!.hash;
    };
    const present = await hashOf();
    expect((await login({ email, password: TEST_PASSWORD })).status).toBe(200);
    expect(await hashOf()).toBe(present);
    const earlier = await hash(TEST_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await app.query('UPDATE users SET password_hash = $2 WHERE id = $1', [id, earlier]);
    expect((await login({ email, password: 'another password' })).status).toBe(401);
    expect(await hashOf()).toBe(earlier);
    expect((await login({ email, password: TEST_PASSWORD })).status).toBe(200);
    expect(await hashOf()).toContain('$argon2id$v=19$m=12288,t=3,p=1$');
    expect((await login({ email, password: TEST_PASSWORD })).status).toBe(200);
    expect((await login({ email, password: 'another password' })).status).toBe(401);
  });

  it('answers 200 with a new session, whatever the case of the e-mail', async () => {
    const { user, refreshToken } = await app.register();
    const { status, body } = await login({ email: user.email.toUpperCase(), password: TEST_PASSWORD });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['expiresIn', 'refreshToken', 'token', 'user']);
    expect(body.user).toEqual(user);
    expect(body.refreshToken).not.toBe(refreshToken);
  });

  it('answers a wrong password and an unknown e-mail with the same words', async () => {
    const { user } = await app.register();
    const wrong = await login({ email: user.email, password: 'not the password' });
    const unknown = await login({ email: randomEmail(), password: 'not the password' });
    const { requestId: first, ...wrongBody } = wrong.body;
    const { requestId: second, ...unknownBody } = unknown.body;
    expect(wrong.status).toBe(401);
    expect(wrongBody).toMatchObject({ code: 'unauthenticated', status: 401 });
    expect(unknownBody).toEqual(wrongBody);
    expect(first).not.toBe(second);
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('takes as long for an unknown e-mail as for a wrong password', async () => {
    const { user } = await app.register();
    const times: Record<'wrong' | 'unknown', number[]> = { wrong: [], unknown: [] };
    const timed = async (kind: 'wrong' | 'unknown', email: string): Promise<void> => {
      const start = performance.now();
      await login({ email, password: 'not the password' });
      times[kind].push(performance.now() - start);
    };
    for (let round = 0; round < 9; round++) {
      await timed('wrong', user.email);
      await timed('unknown', randomEmail());
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[4]!;
    // Without the decoy an unknown e-mail would be answered in a tenth of the time.
    expect(median(times.unknown)).toBeGreaterThan(median(times.wrong) / 2);
  });

  it('works for 20 at once on one account', async () => {
    const { user } = await app.register();
    const attempts = Array.from({ length: 20 }, () => login({ email: user.email, password: TEST_PASSWORD }));
    expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  });
});

describe('The profile', () => {
  it('is the caller’s account', async () => {
    const { token, user } = await app.register();
    const { status, body } = await app.request('GET', '/api/profile', { token });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...user,
      timeZone: 'UTC',
      createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    });
  });

  it('takes a name and a time zone, each alone or both', async () => {
    const { token, user } = await app.register();
    const patch = (body: unknown): Promise<TestResponse> =>
      app.request('PATCH', '/api/profile', { token, body });
    expect((await patch({ timeZone: 'Europe/Berlin' })).body).toMatchObject({
      name: null,
      timeZone: 'Europe/Berlin',
    });
    expect((await patch({ name: 'Ada' })).body).toMatchObject({ name: 'Ada', timeZone: 'Europe/Berlin' });
    expect((await patch({})).body).toMatchObject({ name: 'Ada', timeZone: 'Europe/Berlin' });
    expect((await patch({ name: null, timeZone: 'UTC' })).body).toMatchObject({
      name: null,
      timeZone: 'UTC',
    });
    expect((await app.request('GET', '/api/profile', { token })).body).toMatchObject({
      ...user,
      timeZone: 'UTC',
    });
  });

  it.each([
    ['a role', { role: 'admin' }],
    ['an e-mail', { email: 'other@example.com' }],
    ['an id', { id: '01990a5c-0000-7000-8000-000000000001' }],
    ['a password hash', { passwordHash: 'x' }],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }],
    ['a time zone of null', { timeZone: null }],
    ['a list of time zones', { timeZone: ['UTC'] }],
    ['a name of 201 characters', { name: 'a'.repeat(201) }],
    ['a name with a NUL', { name: 'a\u0000' }],
  ])('refuses %s with 400 and changes nothing', async (_what, extra) => {
    const { token } = await app.register();
    const before = await app.request('GET', '/api/profile', { token });
    const { status, body } = await app.request('PATCH', '/api/profile', {
      token,
      body: { name: 'Ada', ...extra },
    });
    expect(status).toBe(400);
    expect(body.code).toBe('validation_failed');
    expect((await app.request('GET', '/api/profile', { token })).body).toEqual(before.body);
  });

  it('of an account that is gone is answered 401', async () => {
    const { token, user } = await app.register();
    await app.query('DELETE FROM users WHERE id = $1', [user.id]);
    for (const method of ['GET', 'PATCH']) {
      const { status, body } = await app.request(method, '/api/profile', {
        token,
        ...(method === 'PATCH' && { body: {} }),
      });
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
  });
});
