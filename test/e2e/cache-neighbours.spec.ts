import { Client } from 'pg';
import { CachePresence } from '../../src/platform/cache';
import { untilBlocked } from '../support/blocked';
import { startCachingApp, untilCaching, type CachingApp } from '../support/caching-app';
import { BuiltProgram } from '../support/program';
import { read, titleOf, untilHit } from '../support/shared-cache';
import { send, startTestApp, TEST_SECRET_KEY, type TestUser } from '../support/test-app';
import { type AnsweredJob } from '../support/job-api';

/** The instance that caches in memory, as its neighbour does: neither hears of the other's writes. */
let app: CachingApp;
let user: TestUser;
let job: AnsweredJob;

beforeEach(async () => {
  app = await startCachingApp();
  user = await app.register();
  job = (await app.request('POST', '/api/jobs', { token: user.token, body: { title: 'old' } }))
    .body as AnsweredJob;
});
afterEach(() => app.close());

describe('two processes that cache in memory', () => {
  it('do not cache while both are there, nor serve what was cached before the other wrote, when it was idle', async () => {
    const idle = await startTestApp({}, { databaseUrl: app.databaseUrl });
    idle.app.get(CachePresence).stay.duration = 0;
    await untilCaching(app, false);
    // It is idle for so long that it counts as ended.
    await untilCaching(app);
    expect(titleOf(await untilHit(app, { user, job }))).toBe('old');
    const change = { token: user.token, body: { title: 'new' } };
    expect((await idle.request('PATCH', `/api/jobs/${job.id}`, change)).status).toBe(200);
    expect(titleOf(await read(app, { user, job }))).toBe('new');
    await untilCaching(app);
    expect(titleOf(await read(app, { user, job }))).toBe('new');
    await idle.close();
  });

  it('do not serve the old, when the other was frozen in the middle of a write and goes on', async () => {
    const program = new BuiltProgram();
    try {
      const other = program.start({
        DATABASE_URL: app.databaseUrl,
        SECRET_KEY: TEST_SECRET_KEY,
        RATE_LIMIT_ENABLED: 'false',
        LOG_LEVEL: 'warn',
      });
      const url = await other.url();
      const holder = new Client({ connectionString: app.databaseUrl });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job.id]);
      const change = { token: user.token, body: { title: 'new' } };
      const writing = send(url, 'PATCH', `/api/jobs/${job.id}`, change);
      await untilBlocked(app);
      other.signal('SIGSTOP');
      await untilCaching(app);
      expect(titleOf(await untilHit(app, { user, job }))).toBe('old');
      await holder.end();
      other.signal('SIGCONT');
      expect((await writing).status).toBe(200);
      for (let turn = 0; turn < 5; turn += 1) expect(titleOf(await read(app, { user, job }))).toBe('new');
    } finally {
      await program.remove();
    }
  });
});
