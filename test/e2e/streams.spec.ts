import { StreamSlots } from '../../src/jobs/list/stream-slots';
import { Database } from '../../src/platform/database';
import { beginDownload, until, type Download } from '../support/download';
import { startTestApp, type TestApp, type TestUser } from '../support/test-app';

/** More, with notes of 9 kB, than the buffers of a connection take while nobody reads. */
const JOBS = 3000;

let app: TestApp;
let user: TestUser;
let downloads: Download[] = [];

beforeAll(async () => {
  // Three streams at once.
  app = await startTestApp({ DB_STATEMENT_TIMEOUT: '2000', DB_MAX_CONNECTIONS: '12' });
  user = await userWithJobs();
});
afterAll(() => app.close());
beforeEach(() => {
  downloads = [];
});
afterEach(async () => {
  for (const download of downloads) download.destroy();
  await untilAllIdle();
});

const userWithJobs = async (): Promise<TestUser> => {
  const made = await app.register();
  const notes = 'n'.repeat(9000);
  const jobs = Array.from({ length: JOBS }, (_, index) => JSON.stringify({ title: `job ${index}`, notes }));
  const answer = await app.request('POST', '/api/jobs/import', {
    token: made.token,
    body: jobs.join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.body).toMatchObject({ created: JOBS });
  return made;
};

const begin = async (as = user, on = app): Promise<Download> => {
  const download = await beginDownload(`${on.url}/api/jobs/export`, as.token);
  downloads.push(download);
  return download;
};

const open = async (): Promise<number> =>
  (
    await app.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'jobtrail' AND xact_start IS NOT NULL`,
    )
  )[0]?.open ?? -1;

const untilAllIdle = async (): Promise<void> => {
  const { pool } = app.app.get(Database);
  await until(() => pool.totalCount === pool.idleCount);
  await until(async () => (await open()) === 0);
};

describe('A stream of jobs', () => {
  it('gives the connection back when the client leaves', async () => {
    const reading = await begin();
    await until(async () => (await open()) === 1);
    reading.destroy();
    await untilAllIdle();
  });

  it('gives the connection back when the client leaves before the first byte', async () => {
    const url = `${app.url}/api/jobs?paginate=false`;
    const headers = { authorization: `Bearer ${user.token}` };
    for (let each = 0; each < 40; each++) {
      const signal = AbortSignal.timeout(1 + (each % 15));
      await fetch(url, { headers, signal }).catch(() => undefined);
    }
    await untilAllIdle();
    const answer = await app.request('GET', '/api/jobs?paginate=false', { token: user.token });
    expect([answer.status, (answer.body as unknown[]).length]).toEqual([200, JOBS]);
  });

  it('is not ended by the statement timeout when the client reads slowly', async () => {
    const reading = await begin();
    const started = Date.now();
    await until(() => Date.now() - started > 2500);
    expect(await reading.lines()).toBe(JOBS);
    expect(reading.broke()).toBe(false);
  });

  it('is cut when the database goes away, so that the client sees it is incomplete', async () => {
    const reading = await begin();
    await until(async () => (await open()) === 1);
    await app.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'jobtrail' AND xact_start IS NOT NULL`,
    );
    // It may have broken already, and then there is nothing left to read.
    await reading.lines().catch(() => undefined);
    await until(() => reading.broke());
  });

  it('is cut when its client reads nothing for too long', async () => {
    const slots = app.app.get(StreamSlots);
    const usual = slots.stallAfter;
    // Longer than the first rows take on a busy machine, which would be refused instead of cut.
    slots.stallAfter = 3000;
    const stalled = await begin();
    slots.stallAfter = usual;
    expect(stalled.status).toBe(200);
    await untilAllIdle();
    await stalled.lines().catch(() => undefined);
    await until(() => stalled.broke());
  });

  it('does not keep the program from ending, however little its client reads', async () => {
    const other = await startTestApp({}, { databaseUrl: app.databaseUrl });
    const stalled = await begin(user, other);
    let closed = false;
    const closing = other.close().then(() => (closed = true));
    try {
      await until(() => closed);
    } finally {
      stalled.destroy();
      await closing;
    }
  });
});

describe('Streams at once', () => {
  const refused = {
    status: 503,
    body: expect.objectContaining({ code: 'unavailable' }) as unknown,
  };

  it('are two of an owner, and a quarter of the connections of all', async () => {
    const other = await userWithJobs();
    const first = await begin();
    await begin();
    for (const path of ['/api/jobs/export', '/api/jobs?paginate=false']) {
      const answer = await app.request('GET', path, { token: user.token });
      expect(answer).toMatchObject(refused);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect((await begin(other)).status).toBe(200);
    const third = await app.register();
    expect(await app.request('GET', '/api/jobs/export', { token: third.token })).toMatchObject(refused);
    expect(await app.request('GET', '/api/jobs', { token: user.token })).toMatchObject({ status: 200 });

    first.destroy();
    await until(async () => (await open()) === 2);
    expect(await app.request('GET', '/api/jobs/export', { token: third.token })).toMatchObject({
      status: 200,
    });
  });

  it('are begun again as soon as one was read to its end', async () => {
    const reader = await app.register();
    for (let each = 0; each < 20; each++) {
      for (const path of ['/api/jobs/export', '/api/jobs?paginate=false']) {
        expect((await app.request('GET', path, { token: reader.token })).status).toBe(200);
      }
    }
  });
});
