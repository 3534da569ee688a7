import { LoginTurns } from '../../src/auth/login-turns';
import { Database } from '../../src/platform/database';
import { until } from '../support/caching-app';
import { PATIENT, startTestApp, TEST_PASSWORD, type TestApp, type TestResponse } from '../support/test-app';

let app: TestApp;
beforeAll(async () => (app = await startTestApp({ ...PATIENT, DB_MAX_CONNECTIONS: '20' })));
afterAll(() => app.close());

const login = (email: string, password = TEST_PASSWORD): Promise<TestResponse> =>
  app.request('POST', '/api/auth/login', { body: { email, password } });

describe('Twenty logins at the same moment', () => {
  it('are each answered, and take no connection for each', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => app.register()));
    // However slow the machine.
    app.app.get(LoginTurns, { strict: false }).patience = 60_000;
    const { pool } = app.app.get(Database);
    // Registrations are another matter: what they opened is closed first.
    await app.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'jobtrail'`,
    );
    await until(() => pool.totalCount === 0, 'the connections to be closed');
    const answers = await Promise.all(
      users.map(({ user }, index) => login(user.email, index % 5 === 0 ? 'not the password' : undefined)),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      users.map((_, index) => (index % 5 === 0 ? 401 : 200)),
    );
    // Four at a time, and some for what runs in the background.
    expect(pool.totalCount).toBeLessThan(10);
  });
});
