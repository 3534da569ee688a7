import { createSigner, type SignerOptions } from 'fast-jwt';
import { Client } from 'pg';
import { deriveKey } from '../../src/platform/security';
import { untilBlocked } from '../support/blocked';
import {
  startTestApp,
  TEST_PASSWORD,
  TEST_SECRET_KEY,
  type TestApp,
  type TestResponse,
} from '../support/test-app';

let app: TestApp;
beforeAll(async () => (app = await startTestApp()));
afterAll(() => app.close());

const refresh = (refreshToken: string): Promise<TestResponse> =>
  app.request('POST', '/api/auth/refresh', { body: { refreshToken } });
const logout = (token: string, body?: unknown): Promise<TestResponse> =>
  app.request('POST', '/api/auth/logout', { token, body });
const profile = (token?: string): Promise<TestResponse> => app.request('GET', '/api/profile', { token });
const login = async (email: string): Promise<TestResponse> =>
  app.request('POST', '/api/auth/login', { body: { email, password: TEST_PASSWORD } });

describe('Refreshing', () => {
  it('answers like a login, with tokens that work, generation after generation', async () => {
    const { refreshToken: first, user } = await app.register();
    const seen = new Set([first]);
    let refreshToken = first;
    for (let generation = 0; generation < 5; generation++) {
      const { status, body } = await refresh(refreshToken);
      expect(status).toBe(200);
      expect(body).toEqual({
        token: expect.any(String),
        expiresIn: 1800,
        refreshToken: expect.any(String),
        user,
      });
      expect((await profile(body.token)).status).toBe(200);
      refreshToken = body.refreshToken;
      expect(seen.has(refreshToken)).toBe(false);
      seen.add(refreshToken);
    }
  });

  it('with a spent token is refused and ends the whole family, but no other session', async () => {
    const { refreshToken: first, user } = await app.register();
    const other = (await login(user.email)).body;
    const second = (await refresh(first)).body.refreshToken;
    const third = (await refresh(second)).body.refreshToken;
    expect(await refresh(first)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    for (const token of [first, second, third]) expect((await refresh(token)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it('with one token by many at once works for exactly one, and then for nobody', async () => {
    const { refreshToken } = await app.register();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(7);
    expect((await refresh(winners[0]!.body.refreshToken)).status).toBe(401);
  });

  it('that waits for a revocation in progress is refused', async () => {
    const { refreshToken, user } = await app.register();
    const revoker = new Client({ connectionString: app.databaseUrl });
    await revoker.connect();
    try {
      await revoker.query('BEGIN');
      await revoker.query('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [user.id]);
      const waiting = refresh(refreshToken);
      await untilBlocked(app);
      await revoker.query('COMMIT');
      expect((await waiting).status).toBe(401);
    } finally {
      await revoker.end();
    }
  });

  it('and reuse at the same time never leave a token that works', async () => {
    const { refreshToken: first } = await app.register();
    let current = (await refresh(first)).body.refreshToken as string;
    const [renewal, reuse] = await Promise.all([refresh(current), refresh(first)]);
    expect(reuse.status).toBe(401);
    if (renewal.status === 200) current = renewal.body.refreshToken;
    expect((await refresh(current)).status).toBe(401);
  });

  it('with an expired or unknown token is refused, and hurts nobody', async () => {
    const { refreshToken, user } = await app.register();
    expect(await refresh('A'.repeat(43))).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    await app.query(
      `UPDATE refresh_tokens SET expires_at = now() - interval '1 second'
       WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)`,
      [user.id],
    );
    expect(await refresh(refreshToken)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const sessions = await app.query('SELECT FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [
      user.id,
    ]);
    expect(sessions).toHaveLength(1);
  });

  it('gives the role that the account has by then', async () => {
    const { refreshToken, user } = await app.register();
    await app.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [user.id]);
    expect((await refresh(refreshToken)).body.user.role).toBe('admin');
  });

  it('takes long expired tokens and their sessions out of the database', async () => {
    const old = await app.register();
    await app.query(
      `UPDATE refresh_tokens SET expires_at = now() - interval '2 days'
       WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)`,
      [old.user.id],
    );
    for (let issued = 0; issued < 10; issued++) await app.register();
    expect(await app.query('SELECT FROM sessions WHERE user_id = $1', [old.user.id])).toHaveLength(0);
  });
});

describe('Logging in', () => {
  it('with a password that is replaced at the same time begins no session', async () => {
    const { user } = await app.register();
    const replacing = new Client({ connectionString: app.databaseUrl });
    await replacing.connect();
    try {
      await replacing.query('BEGIN');
      await replacing.query(`UPDATE users SET password_hash = 'another' WHERE id = $1`, [user.id]);
      const waiting = login(user.email);
      await untilBlocked(app);
      await replacing.query('COMMIT');
      expect(await waiting).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    } finally {
      await replacing.end();
    }
    expect(await app.query('SELECT FROM sessions WHERE user_id = $1', [user.id])).toHaveLength(1);
  });
});

describe('Logging out', () => {
  it('answers 204 without a body and ends the session, but no other', async () => {
    const { token, refreshToken, user } = await app.register();
    const other = (await login(user.email)).body;
    const answer = await logout(token);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it('ends the session of a given refresh token as well, if it is the caller’s', async () => {
    const { token, user } = await app.register();
    const other = (await login(user.email)).body;
    expect((await logout(token, { refreshToken: other.refreshToken })).status).toBe(204);
    expect((await refresh(other.refreshToken)).status).toBe(401);
  });

  it('does not touch another user’s session', async () => {
    const [caller, victim] = [await app.register(), await app.register()];
    expect((await logout(caller.token, { refreshToken: victim.refreshToken })).status).toBe(204);
    expect((await refresh(victim.refreshToken)).status).toBe(200);
  });

  it('may be repeated, and leaves the access token to expire', async () => {
    const { token } = await app.register();
    expect((await logout(token)).status).toBe(204);
    expect((await logout(token, {})).status).toBe(204);
    expect((await profile(token)).status).toBe(200);
  });

  it('needs an access token', async () => {
    expect((await app.request('POST', '/api/auth/logout')).status).toBe(401);
  });

  it('refuses what is no text or not known', async () => {
    const { token } = await app.register();
    expect((await logout(token, { refreshToken: 7 })).status).toBe(400);
    expect((await logout(token, { all: true })).status).toBe(400);
  });
});

describe('A route that needs a caller', () => {
  const key = deriveKey(TEST_SECRET_KEY, 'access-token');
  const claims = { sub: '01990a5c-0000-7000-8000-000000000001', role: 'user', sid: 'x' };
  const unsigned = (): string => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    return `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims, iss: 'jobtrail', iat: now, exp: now + 60 })}.`;
  };
  const signed = (options: Partial<SignerOptions & { key: Buffer }>): string =>
    createSigner({ key, iss: 'jobtrail', expiresIn: 60_000, ...options })(claims);

  it('answers 401 unauthenticated with a challenge where there is no token', async () => {
    const { status, body, headers } = await profile();
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['that asks for no signature', unsigned],
    ['signed with another key', () => signed({ key: deriveKey('another', 'access-token') })],
    ['signed with HS512', () => signed({ algorithm: 'HS512' })],
    ['of another issuer', () => signed({ iss: 'someone' })],
    ['that is rubbish', () => 'rubbish'],
    ['that is huge', () => 'x'.repeat(10_000)],
  ])('answers 401 unauthenticated to a token %s', async (_what, make) => {
    expect(await profile(make())).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('answers 401 unauthenticated to a tampered token', async () => {
    const { token } = await app.register();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const claimed = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const admin = Buffer.from(JSON.stringify({ ...claimed, role: 'admin' })).toString('base64url');
    expect((await profile(token)).status).toBe(200);
    expect(await profile(`${header}.${admin}.${signature}`)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
  });

  it('answers 401 token_expired to a token whose time is over', async () => {
    const token = createSigner({
      key,
      iss: 'jobtrail',
      expiresIn: 60_000,
      clockTimestamp: Date.now() - 61_000,
    })(claims);
    const { status, body, headers } = await profile(token);
    expect([status, body.code]).toEqual([401, 'token_expired']);
    expect(headers.get('www-authenticate')).toContain('Bearer error="invalid_token"');
  });

  it.each(['bearer', 'BEARER', 'Bearer '])('takes the scheme written as "%s"', async (scheme) => {
    const { token } = await app.register();
    const { status } = await app.request('GET', '/api/profile', {
      headers: { authorization: `${scheme} ${token}` },
    });
    expect(status).toBe(200);
  });

  it.each(['Basic YTpi', 'Bearer', 'Token abc', ','])(
    'answers 401 to the header "%s"',
    async (authorization) => {
      expect((await app.request('GET', '/api/profile', { headers: { authorization } })).status).toBe(401);
    },
  );
});
