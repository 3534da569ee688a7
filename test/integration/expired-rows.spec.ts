import { ExpiredSessions } from '../../src/auth/expired-sessions';
import { Sessions } from '../../src/auth/sessions';
import { ExpiredKeys } from '../../src/idempotency/expired-keys';
import { IdempotencyStore } from '../../src/idempotency/idempotency.store';
import { type WorkContext } from '../../src/platform/queue';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

/** More than are removed at once. */
const MANY = 1100;

let app: TestApp;
let someone: TestUser;
beforeAll(async () => {
  app = await startTestApp();
  someone = await app.register();
});
afterAll(() => app.close());

const context = (signal = new AbortController().signal): WorkContext => ({ id: '', attempt: 1, signal });

const addKeys = (prefix: string, count: number, expiry: string): Promise<unknown> =>
  app.query(
    `INSERT INTO idempotency_keys (owner_id, key, request_hash, status, headers, body, created_at, expires_at)
     SELECT $1, $2 || n, '', 201, '{}', '', now(), now() + $4::interval FROM generate_series(1, $3::integer) n`,
    [someone.user.id, prefix, count, expiry],
  );

const count = async (sql: string): Promise<number> => (await app.query<{ n: number }>(sql))[0]?.n ?? -1;
const keys = (): Promise<number> => count('SELECT count(*)::integer AS n FROM idempotency_keys');

describe('Expired answers to requests with an Idempotency-Key', () => {
  beforeEach(() => app.query('DELETE FROM idempotency_keys'));

  it('are removed, however many there are; the others stay', async () => {
    await addKeys('old', MANY, '-1 second');
    await addKeys('new', 3, '1 hour');
    const removed = jest.spyOn(app.app.get(IdempotencyStore), 'removeExpired');
    await app.app.get(ExpiredKeys, { strict: false }).remove({}, context());
    expect(await app.query(`SELECT key FROM idempotency_keys ORDER BY key`)).toEqual([
      { key: 'new1' },
      { key: 'new2' },
      { key: 'new3' },
    ]);
    const batches = await Promise.all(removed.mock.results.map(({ value }) => value as Promise<number>));
    expect(batches).toEqual([500, 500, 100]);
    removed.mockRestore();
  });

  it('are left for later when the worker stops in between', async () => {
    await addKeys('old', MANY, '-1 second');
    const stop = new AbortController();
    const store = app.app.get(IdempotencyStore);
    const original = store.removeExpired.bind(store);
    const removed = jest.spyOn(store, 'removeExpired').mockImplementation((most) => {
      stop.abort(new Error('stopped'));
      return original(most);
    });
    const removal = app.app.get(ExpiredKeys, { strict: false }).remove({}, context(stop.signal));
    await expect(removal).rejects.toThrow('stopped');
    expect(await keys()).toBe(MANY - 500);
    removed.mockRestore();
  });
});

describe('Expired refresh tokens', () => {
  it('go with the sessions that they end, and spent ones of a living session stay until they expire', async () => {
    const { body: living } = await app.request('POST', '/api/auth/refresh', {
      body: { refreshToken: someone.refreshToken },
    });
    const ended = await app.register();
    await app.query(
      `UPDATE refresh_tokens SET expires_at = now() - interval '25 hours'
       WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)`,
      [ended.user.id],
    );
    await app.app.get(ExpiredSessions, { strict: false }).remove({}, context());
    const sessions = 'SELECT user_id FROM sessions WHERE user_id = ANY($1)';
    expect(await app.query(sessions, [[ended.user.id, someone.user.id]])).toEqual([
      { user_id: someone.user.id },
    ]);
    const again = await app.request('POST', '/api/auth/refresh', {
      body: { refreshToken: someone.refreshToken },
    });
    expect(again.status).toBe(401);
    // The reuse was noticed: the whole session is over.
    const successor = await app.request('POST', '/api/auth/refresh', {
      body: { refreshToken: living.refreshToken },
    });
    expect(successor.status).toBe(401);
  });

  it('are removed in batches', async () => {
    const { user } = await app.register();
    await app.query(
      `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
       SELECT sha256(n::text::bytea), s.id, now() - interval '25 hours' - n * interval '1 s'
       FROM generate_series(1, $2::integer) n, sessions s WHERE s.user_id = $1`,
      [user.id, MANY],
    );
    const removed = jest.spyOn(app.app.get(Sessions, { strict: false }), 'removeExpiredTokens');
    await app.app.get(ExpiredSessions, { strict: false }).remove({}, context());
    const batches = await Promise.all(removed.mock.results.map(({ value }) => value as Promise<number>));
    expect(batches).toEqual([500, 500, 100]);
    removed.mockRestore();
    expect(await count('SELECT count(*)::integer AS n FROM refresh_tokens WHERE expires_at < now()')).toBe(0);
  });
});

describe('Failed logins', () => {
  it('are forgotten when they have left the window that is counted', async () => {
    await app.query(
      `INSERT INTO login_failures (address, email, failed_at, last_failed_at)
       SELECT '192.0.2.1', n || '@example.com', ARRAY[t.at], t.at
       FROM generate_series(1, $1::integer) n, (SELECT now() - interval '16 minutes' AS at) t
       UNION ALL SELECT '192.0.2.2', 'new@example.com', ARRAY[now()], now()`,
      [MANY],
    );
    await app.app.get(ExpiredSessions, { strict: false }).remove({}, context());
    expect(await app.query('SELECT email FROM login_failures')).toEqual([{ email: 'new@example.com' }]);
  });
});
