import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApp, TEST_PASSWORD } from '../support/test-app';

const ADMIN = { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'the password of the admin' };

describe('The log', () => {
  it('tells of the admin and of each request, but holds no password and no token', async () => {
    const file = join(tmpdir(), `jobtrail-log-${randomUUID()}.jsonl`);
    const app = await startTestApp({ ...ADMIN, LOG_LEVEL: 'trace', LOG_FILE: file });
    const secrets = [
      ADMIN.ADMIN_PASSWORD,
      TEST_PASSWORD,
      'a wrong password',
      'some refresh token',
      '$argon2id$',
    ];
    try {
      const { token, refreshToken } = await app.register();
      const refresh = { body: { refreshToken } };
      const refreshed = await app.request('POST', '/api/auth/refresh', refresh);
      const reused = await app.request('POST', '/api/auth/refresh', refresh);
      const wrong = await app.request('POST', '/api/auth/login', {
        body: { email: ADMIN.ADMIN_EMAIL, password: 'a wrong password' },
      });
      const misplaced = await app.request('GET', `/api/profile?token=${token}`, { token });
      await app.request('POST', '/api/auth/logout', { token, body: { refreshToken: 'some refresh token' } });
      expect([refreshed.status, reused.status, wrong.status, misplaced.status]).toEqual([200, 401, 401, 400]);
      secrets.push(
        token,
        refreshToken,
        refreshed.body.token as string,
        refreshed.body.refreshToken as string,
      );
    } finally {
      await app.close();
    }

    const log = readFileSync(file, 'utf8');
    rmSync(file);
    expect(log).toContain(`Created the first admin ${ADMIN.ADMIN_EMAIL}`);
    expect(log).toContain('/api/auth/refresh');
    expect(log).toContain('A spent refresh token came again');
    for (const secret of secrets) expect(log.includes(secret)).toBe(false);
  });
});
