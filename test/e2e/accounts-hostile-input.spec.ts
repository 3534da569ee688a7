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
const emails = async (): Promise<number> =>
  (await app.query<{ count: number }>('SELECT count(*)::int AS count FROM users'))[0]!.count;

describe('Hostile input', () => {
  const values: [string, unknown][] = [
    ['a number', 7],
    ['null', null],
    ['a list', ['a@example.com']],
    ['an object', { toString: 'a@example.com', length: 3 }],
    ['true', true],
    ['the empty text', ''],
    ['a NUL', 'a\u0000@example.com'],
    ['a lone surrogate', '\ud800aaaaaaaaa@example.com'],
    ['half a megabyte', 'a'.repeat(500_000)],
  ];

  it.each(values)('is answered 400 where an e-mail should be: %s', async (_what, email) => {
    for (const call of [register, login]) {
      const { status, body } = await call({ email, password: TEST_PASSWORD });
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field: 'email' }] });
    }
  });

  it.each(values)('is answered 400 where a password should be: %s', async (_what, password) => {
    for (const call of [register, login]) {
      const { status, body } = await call({ email: randomEmail(), password });
      expect(status).toBe(400);
      expect(body.code).toBe('validation_failed');
      expect(body.errors).toContainEqual({ field: 'password', message: expect.any(String) });
    }
  });

  it.each(values.filter(([what]) => what !== 'null' && what !== 'the empty text'))(
    'is answered 400 where a name should be: %s',
    async (_what, name) => {
      const { status, body } = await register({ email: randomEmail(), password: TEST_PASSWORD, name });
      expect(status).toBe(400);
      expect(body.errors[0].field).toBe('name');
    },
  );

  it.each(values)(
    'is answered 400 or 401 where a refresh token should be: %s',
    async (_what, refreshToken) => {
      const { status } = await app.request('POST', '/api/auth/refresh', { body: { refreshToken } });
      expect([400, 401]).toContain(status);
    },
  );

  it.each([
    '[]',
    '[{"email":"a@example.com"}]',
    '"text"',
    '7',
    'true',
    'null',
    '{',
    '{"__proto__":{"role":"admin"}}',
  ])('is answered 400 where the body should be an object: %s', async (body) => {
    const before = await emails();
    for (const path of ['/api/auth/register', '/api/auth/login', '/api/auth/refresh']) {
      expect((await app.request('POST', path, { body })).status).toBe(400);
    }
    expect(await emails()).toBe(before);
  });

  it('is answered 400 for e-mails in Unicode, which could be mistaken for others', async () => {
    for (const email of [
      'аda@example.com',
      'ada@exämple.com',
      '\u212a@example.com',
      'İ@example.com',
      'ß@ſ.com',
    ]) {
      expect((await register({ email, password: TEST_PASSWORD })).status).toBe(400);
    }
  });

  it('is answered 400 for a name that would not fit its column', async () => {
    const { status, body } = await register({
      email: randomEmail(),
      password: TEST_PASSWORD,
      name: '❤\ufe0f'.repeat(200),
    });
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe('name');
  });

  it.each(['application/xml', 'application/x-www-form-urlencoded'])(
    'is answered 415 when it comes as %s',
    async (type) => {
      const body = JSON.stringify({ email: randomEmail(), password: TEST_PASSWORD });
      const { status } = await app.request('POST', '/api/auth/register', {
        body,
        headers: { 'content-type': type },
      });
      expect(status).toBe(415);
    },
  );

  it('is answered 413 over the body limit', async () => {
    expect((await login({ email: 'a', password: 'p'.repeat(1_100_000) })).status).toBe(413);
  });
});
