import { startTestApp, TEST_PASSWORD, type TestApp, type TestResponse } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const ADMIN = { ADMIN_EMAIL: 'Root@Example.com', ADMIN_PASSWORD: 'the password of the admin' };
const EMAIL = 'root@example.com';

let database: TestDatabase;
const running: TestApp[] = [];
beforeEach(async () => (database = await createTestDatabase()));
afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
  await database.drop();
});

const start = async (environment: Partial<NodeJS.ProcessEnv>): Promise<TestApp> => {
  const app = await startTestApp(environment, { databaseUrl: database.url });
  running.push(app);
  return app;
};
const login = (app: TestApp, password: string): Promise<TestResponse> =>
  app.request('POST', '/api/auth/login', { body: { email: EMAIL, password } });
const admins = (app: TestApp): Promise<{ email: string }[]> =>
  app.query(`SELECT email FROM users WHERE role = 'admin'`);

describe('ADMIN_EMAIL and ADMIN_PASSWORD', () => {
  it('make the first admin at start', async () => {
    const app = await start(ADMIN);
    const { status, body } = await login(app, ADMIN.ADMIN_PASSWORD);
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ email: EMAIL, role: 'admin' });
  });

  it('make one admin when many instances start at once', async () => {
    const apps = await Promise.all([start(ADMIN), start(ADMIN), start(ADMIN)]);
    expect(await admins(apps[0])).toEqual([{ email: EMAIL }]);
  });

  it('change nothing where there is an admin', async () => {
    await start(ADMIN);
    const second = await start({ ADMIN_EMAIL: 'other@example.com', ADMIN_PASSWORD: 'another password' });
    expect(await admins(second)).toEqual([{ email: EMAIL }]);
    const third = await start({ ...ADMIN, ADMIN_PASSWORD: 'another password' });
    expect((await login(third, 'another password')).status).toBe(401);
    expect((await login(third, ADMIN.ADMIN_PASSWORD)).status).toBe(200);
  });

  it('promote the account that has the e-mail, but shut out whoever made it', async () => {
    const before = await start({});
    const squatter = await before.register(EMAIL);
    const after = await start(ADMIN);
    expect(await admins(after)).toEqual([{ email: EMAIL }]);
    expect((await login(after, TEST_PASSWORD)).status).toBe(401);
    const refreshed = await after.request('POST', '/api/auth/refresh', {
      body: { refreshToken: squatter.refreshToken },
    });
    expect(refreshed.status).toBe(401);
    expect((await login(after, ADMIN.ADMIN_PASSWORD)).body.user).toMatchObject({
      id: squatter.user.id,
      role: 'admin',
    });
  });
});
