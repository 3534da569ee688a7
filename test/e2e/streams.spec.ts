import { StreamSlots } from '../../src/jobs/list/stream-slots';
import { ExportText } from '../../src/job-transfer/export/export-rows';
import { Database } from '../../src/platform/database';
import { importJobs, openTransactions } from '../support/background-exports';
import { untilBlocked } from '../support/blocked';
import { beginDownload, until, type Download } from '../support/download';
import { moveAllJobs, statesIn } from '../support/move-jobs';
import { PATIENT, startTestApp, type TestApp, type TestUser } from '../support/test-app';

/** More, with notes of 9 kB, than the buffers of a connection take while nobody reads. */
const JOBS = 3000;

let app: TestApp;
let user: TestUser;
let downloads: Download[] = [];

beforeAll(async () => {
  // Three streams at once.
  app = await startTestApp({
    ...PATIENT,
    DB_STATEMENT_TIMEOUT: '2000',
    DB_MAX_CONNECTIONS: '16',
    MAX_EXPORTS: '3',
  });
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
  const jobs = Array.from({ length: JOBS }, (_, index) =>
    JSON.stringify({ title: `job ${index}`, status: 'applied', notes }),
  );
  const answer = await app.request('POST', '/api/jobs/import', {
    token: made.token,
    body: jobs.join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.body).toMatchObject({ created: JOBS });
  return made;
};

const begin = async (as = user, on = app, query = ''): Promise<Download> => {
  const download = await beginDownload(`${on.url}/api/jobs/export${query}`, as.token);
  downloads.push(download);
  return download;
};

const open = (): Promise<number> => openTransactions(app);

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

  it.each([
    ['the first byte', '/api/jobs/export?events=true', 'job_status_events'],
    ['it has begun to read', '/api/jobs?paginate=false', 'jobs'],
  ])('leaves nothing behind, also when the client leaves before %s', async (_when, path, table) => {
    const lock = await app.app.get(Database).pool.connect();
    try {
      await lock.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      const leave = new AbortController();
      const asked = fetch(app.url + path, {
        headers: { authorization: `Bearer ${user.token}` },
        signal: leave.signal,
      });
      await untilBlocked(app);
      leave.abort();
      await expect(asked).rejects.toThrow();
      // The lock is still there, and nobody waits for it any more.
      await until(async () => (await open()) === 1);
    } finally {
      await lock.query('ROLLBACK');
      lock.release();
    }
    // Both places of the owner are free.
    for (let n = 0; n < 2; n++) expect((await begin()).status).toBe(200);
  });

  it('shows one moment, jobs and histories, however much is written while it is read', async () => {
    const mover = await app.register();
    // Two fetches, the second of which comes after what is written: the first fills all buffers.
    const [long, count] = ['n'.repeat(9900), 700];
    await importJobs(
      app,
      mover,
      Array.from({ length: count }, (_, n) => ({
        title: `${n}`,
        status: 'applied',
        notes: long,
        description: long,
      })),
    );
    const reading = await begin(mover, app, '?events=true');
    for (const status of ['interview', 'applied'] as const) await moveAllJobs(app, mover, status);
    await app.query(`DELETE FROM jobs WHERE owner_id = $1 AND title LIKE '%7'`, [mover.user.id]);
    const text = await reading.text();
    expect(text.split('\n')).toHaveLength(count + 1);
    expect(statesIn(text)).toEqual(['applied 1 applied']);

    const enough = new AbortController();
    const writers = (async () => {
      while (!enough.signal.aborted) await moveAllJobs(app, mover, 'interview');
    })();
    try {
      const states = statesIn(await (await begin(mover, app, '?events=true&sort=title')).text());
      expect(states).toEqual([expect.stringMatching(/^\w+ (\d+) applied,interview,applied/)]);
    } finally {
      enough.abort();
      await writers;
    }
  });

  it('reads no more from the database than its client and a few buffers take', async () => {
    const taken: number[] = [];
    const original = ExportText.prototype._transform;
    ExportText.prototype._transform = function (...row) {
      taken.push(1);
      original.apply(this, row);
    };
    try {
      const reading = await begin();
      // One batch after another is asked for until everything is full.
      let before = -1;
      await until(async () => {
        const still = before === taken.length && taken.length > 0;
        before = taken.length;
        await app.query('SELECT pg_sleep(0.2)');
        return still;
      });
      expect(taken.length).toBeLessThan(JOBS * 0.8);
      expect(await reading.lines()).toBe(JOBS);
      expect(taken).toHaveLength(JOBS);
    } finally {
      ExportText.prototype._transform = original;
    }
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

  it('are two of an owner, and MAX_EXPORTS of all', async () => {
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
