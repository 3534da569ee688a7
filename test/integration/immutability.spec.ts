import { JobApi } from '../support/job-api';
import { startTestApp, type TestApp } from '../support/test-app';
import { brokenInvariants } from '../support/trail/trail-invariants';

/** SQLSTATE restrict_violation: what the trail's triggers raise. */
const REFUSED = '23001';
/** SQLSTATE foreign_key_violation. */
const FOREIGN_KEY = '23503';

let app: TestApp;
let api: JobApi;
let job: string;
beforeAll(async () => {
  app = await startTestApp();
  api = await JobApi.ofNewUser(app);
});
afterAll(() => app.close());
beforeEach(async () => {
  job = (await api.create()).id;
  for (const status of ['applied', 'interview']) await api.append(job, { status });
});

const trail = (id = job): Promise<unknown[]> =>
  app.query('SELECT * FROM job_status_events WHERE job_id = $1 ORDER BY seq', [id]);
const sqlStateOf = (sql: string, values: unknown[] = [job]): Promise<string> =>
  app.query(sql, values).then(
    () => 'accepted',
    (error: unknown) => (error as { code: string }).code,
  );
const values = `SELECT job_id, seq, id, 'offer', 'active', note, metadata, occurred_at, recorded_at, actor_id
  FROM job_status_events WHERE job_id = $1`;

describe('a status event in the database', () => {
  it.each([
    ['UPDATE', `UPDATE job_status_events SET note = 'else' WHERE job_id = $1`],
    ['UPDATE to the same value', `UPDATE job_status_events SET note = note WHERE job_id = $1`],
    ['UPDATE that moves it', `UPDATE job_status_events SET seq = seq + 10 WHERE job_id = $1`],
    [
      'UPDATE with a join',
      `UPDATE job_status_events e SET status = 'offer' FROM jobs j WHERE j.id = e.job_id AND j.id = $1`,
    ],
    [
      'UPDATE in a common table expression',
      `WITH c AS (UPDATE job_status_events SET note = 'else' WHERE job_id = $1 RETURNING 1) SELECT * FROM c`,
    ],
    [
      'INSERT ON CONFLICT DO UPDATE',
      `INSERT INTO job_status_events ${values} ON CONFLICT (job_id, seq) DO UPDATE SET status = excluded.status`,
    ],
    [
      'MERGE that updates',
      `MERGE INTO job_status_events e USING jobs j ON e.job_id = j.id AND j.id = $1
       WHEN MATCHED THEN UPDATE SET note = 'else'`,
    ],
    [
      'MERGE that deletes',
      `MERGE INTO job_status_events e USING jobs j ON e.job_id = j.id AND j.id = $1 WHEN MATCHED THEN DELETE`,
    ],
    ['DELETE', `DELETE FROM job_status_events WHERE job_id = $1`],
    ['DELETE of the newest', `DELETE FROM job_status_events WHERE job_id = $1 AND seq = 3`],
    [
      'DELETE USING',
      `DELETE FROM job_status_events e USING jobs j WHERE j.id = e.job_id AND j.id = $1 AND e.seq = 2`,
    ],
    [
      'DELETE in a common table expression',
      `WITH d AS (DELETE FROM job_status_events WHERE job_id = $1 RETURNING 1) SELECT count(*) FROM d`,
    ],
    [
      'a job that is deleted and put back in one statement',
      `WITH gone AS (DELETE FROM jobs WHERE id = $1 RETURNING *)
       INSERT INTO jobs (id, owner_id, workflow_id, title, current_status, current_status_category,
                         current_status_at, last_seq, created_at, updated_at)
       SELECT id, owner_id, workflow_id, title, current_status, current_status_category, current_status_at,
              last_seq, created_at, updated_at FROM gone`,
    ],
  ])('refuses %s', async (_name, sql) => {
    const before = await trail();
    expect(before).toHaveLength(3);
    expect(await sqlStateOf(sql)).toBe(REFUSED);
    expect(await trail()).toEqual(before);
  });

  it.each([
    ['TRUNCATE', 'TRUNCATE job_status_events'],
    ['TRUNCATE of its jobs with CASCADE', 'TRUNCATE jobs CASCADE'],
    ['TRUNCATE of the users with CASCADE', 'TRUNCATE users CASCADE'],
    ['UPDATE of all', `UPDATE job_status_events SET note = 'else'`],
    ['DELETE of all', 'DELETE FROM job_status_events'],
  ])('refuses %s', async (_name, sql) => {
    expect(await sqlStateOf(sql, [])).toBe(REFUSED);
    expect(await trail()).toHaveLength(3);
  });

  it('refuses an UPDATE of no row, so that no program gets used to it', async () => {
    expect(await sqlStateOf(`UPDATE job_status_events SET note = 'x' WHERE false`, [])).toBe(REFUSED);
  });

  it.each([
    ['the id of its job', `UPDATE jobs SET id = gen_random_uuid() WHERE id = $1`],
    [
      'a new job under it',
      `INSERT INTO job_status_events SELECT gen_random_uuid(), seq, id, status, category, note, metadata,
       occurred_at, recorded_at, actor_id FROM job_status_events WHERE job_id = $1`,
    ],
  ])('cannot be led away: %s', async (_name, sql) => {
    expect(await sqlStateOf(sql)).toBe(FOREIGN_KEY);
    expect(await trail()).toHaveLength(3);
  });

  it('goes with its job, by the API and by SQL', async () => {
    const other = (await api.create()).id;
    expect((await api.call('DELETE', `/${job}`)).status).toBe(204);
    expect(await sqlStateOf('DELETE FROM jobs WHERE id = $1', [other])).toBe('accepted');
    expect([await trail(), await trail(other)]).toEqual([[], []]);
  });

  it('goes when its owner goes, and nobody else’s goes with it', async () => {
    const leaver = await JobApi.ofNewUser(app);
    const theirs = (await leaver.create()).id;
    expect(await sqlStateOf('DELETE FROM users WHERE id = $1', [leaver.user.user.id])).toBe('accepted');
    expect(await trail(theirs)).toEqual([]);
    expect(await trail()).toHaveLength(3);
    expect(await brokenInvariants(app)).toEqual({});
  });

  it('refuses a second event under the same seq', async () => {
    expect(await sqlStateOf(`INSERT INTO job_status_events ${values}`)).toBe('23505');
  });

  it('has no route that changes or deletes it', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'POST']) {
      for (const path of [`/${job}/status-events/1`, `/${job}/statuses`, `/${job}/statuses/1`]) {
        expect((await api.call(method, path, { status: 'offer' })).status).toBe(404);
      }
    }
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect((await api.call(method, `/${job}/status-events`, { status: 'offer' })).status).toBe(404);
    }
  });
});
