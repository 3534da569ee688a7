import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isThere, ProcessGroups } from '../support/process-group';

const groups = new ProcessGroups();

describe('Several processes', () => {
  it.each([{}, { REDIS_URL: 'redis://127.0.0.1:1', REDIS_ENABLED: 'false' }])(
    'need a Redis: %j',
    async (without) => {
      const started = groups.start({ REDIS_URL: undefined, ...without }).program;
      expect(await started.exit()).toBe(1);
      expect(started.stderr).toMatch(/^ {2}- REDIS_URL: is required where WEB_CONCURRENCY is above 1/m);
    },
  );

  it('on a port that another program has say so once', async () => {
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const { port } = occupied.address() as AddressInfo;
    const { program: started } = groups.start({
      SECRET_KEY: 'x'.repeat(32),
      WEB_CONCURRENCY: '3',
      PORT: String(port),
    });
    expect(await started.exit()).toBe(1);
    occupied.close();
    expect(started.stderr.match(/is in use by another program/g)).toHaveLength(1);
    expect(started.stderr).not.toMatch(/\n\s+at .+:\d+/);
  });

  it('share the embedded Postgres that was started for them, and its secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobtrail-processes-'));
    const group = groups.start({
      DATABASE_URL: undefined,
      DATA_DIR: folder,
      CACHE_KEY_PREFIX: 'embedded',
    });
    const url = await group.url();
    expect(group.program.stderr.match(/Data: {5}/g)).toHaveLength(1);
    const json = { 'content-type': 'application/json' };
    const registered = await fetch(`${url}/api/auth/register`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ email: 'two@example.com', password: 'correct horse battery' }),
    });
    const { token } = (await registered.json()) as { token: string };
    // A connection each: one process after the other.
    const headers = { authorization: `Bearer ${token}`, connection: 'close' };
    for (let index = 0; index < 4; index += 1)
      expect((await fetch(`${url}/api/jobs`, { headers })).status).toBe(200);
    expect(await group.program.stop('SIGTERM')).toBe(0);
    expect(group.ids.filter(isThere)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});
