import { randomUUID } from 'node:crypto';
import { userScope, WriteAnnouncer } from '../../src/platform/cache';
import { startTestApp, type TestApp } from '../support/test-app';
import { foldAll } from '../support/stats/folding';
import { StatsApi } from '../support/stats/stats-api';
import { verified } from '../support/stats/verified';

const DAY = '2024-03-05';

/** Jobs with all kinds of cells, created on two days, one of them with deltas that are still to be folded. */
const tell = async (app: TestApp): Promise<StatsApi> => {
  const api = await StatsApi.of(app);
  const job = (day: string, company: string): string =>
    JSON.stringify({
      title: 'Programmer',
      company,
      deadline: '2024-06-01',
      createdAt: `${day}T10:00:00Z`,
      statusEvents: [
        { status: 'wishlist', occurredAt: `${day}T10:00:00Z` },
        { status: 'applied', occurredAt: `${day}T11:00:00Z` },
        { status: 'interview', occurredAt: `${day}T12:00:00Z` },
        { status: 'offer', occurredAt: `${day}T13:00:00Z` },
      ],
    });
  await api.load([job(DAY, 'Acme'), job(DAY, 'Mill'), job('2024-03-09', 'Acme')].join('\n'), 3);
  await foldAll(app);
  await api.jobs.create({ company: 'Loom' });
  return api;
};

/** A way to make counts wrong, by SQL on the owner $1, and the line that tells it. */
interface Drift {
  drift: string;
  sql: string;
  line: RegExp;
}

const DRIFTS: Drift[] = [
  {
    drift: 'a cell of a day with too many jobs',
    sql: `UPDATE job_counts SET jobs = jobs + 2 WHERE owner_id = $1 AND figure = 'applied' AND cohort = '${DAY}'`,
    line: /^ {2}applied "", application, created 2024-03-05: 2 jobs too many$/,
  },
  {
    drift: 'a cell of a day with too little time',
    sql: `UPDATE job_counts SET ms = ms - 1 WHERE owner_id = $1 AND figure = 'stay' AND key = 'applied' AND cohort = '${DAY}'`,
    line: /^ {2}stay "applied", application, created 2024-03-05: 1 millisecond too few$/,
  },
  {
    drift: 'a cell of a day that is not there',
    sql: `DELETE FROM job_counts WHERE owner_id = $1 AND figure = 'company' AND key = 'mill' AND cohort = '${DAY}'`,
    line: /^ {2}company "mill", application, created 2024-03-05: 1 job too few$/,
  },
  {
    drift: 'a cell of all time',
    sql: `UPDATE job_counts SET jobs = jobs - 1 WHERE owner_id = $1 AND figure = 'status' AND cohort = '-infinity'`,
    line: /^ {2}status "offer", application, of all time: 1 job too few$/,
  },
  {
    drift: 'a day of creation',
    sql: `UPDATE job_counts SET jobs = 7 WHERE owner_id = $1 AND figure = 'created_day' AND key = '${DAY}'`,
    line: /^ {2}created_day "2024-03-05", application, created 2024-03-05: 5 jobs too many$/,
  },
  {
    drift: 'a quarter of an hour of creation',
    sql: `DELETE FROM job_counts WHERE owner_id = $1 AND figure = 'created_quarter' AND key = '${DAY}T10:00'`,
    line: /^ {2}created_quarter "2024-03-05T10:00", application, created 2024-03-05: 2 jobs too few$/,
  },
  {
    drift: 'a month of creation',
    sql: `UPDATE job_counts SET jobs = jobs + 3 WHERE owner_id = $1 AND figure = 'created_month' AND key = '2024-03'`,
    line: /^ {2}created_month "2024-03", application, of all time: 3 jobs too many$/,
  },
  {
    drift: 'an octave of offers that is not there',
    sql: `DELETE FROM job_counts WHERE owner_id = $1 AND figure = 'offer_octave'`,
    line: /^ {2}offer_octave "\d{18}", application, of all time: 3 jobs too few, 21600000 milliseconds too few$/,
  },
  {
    drift: 'a company in a month',
    sql: `DELETE FROM job_counts WHERE owner_id = $1 AND figure = 'company_month' AND key = '2024-03:mill'`,
    line: /^ {2}company_month "2024-03:mill", application, of all time: 1 job too few$/,
  },
  {
    drift: 'a month of deadlines',
    sql: `INSERT INTO job_counts VALUES ($1, '-infinity', 'deadline_open_month', '2024-06', 'application', 8, 0)`,
    line: /^ {2}deadline_open_month "2024-06", application, of all time: 8 jobs too many$/,
  },
  {
    drift: 'a month in a cell of a day',
    sql: `INSERT INTO job_counts VALUES ($1, '${DAY}', 'created_month', '2024-03', 'application', 1, 0)`,
    line: /^ {2}created_month "2024-03", application, created 2024-03-05: a cell that should not be there$/,
  },
  {
    drift: 'a delta that was lost',
    sql: `DELETE FROM job_count_deltas WHERE owner_id = $1 AND figure = 'company'`,
    line: /^ {2}company "loom", application, created \d{4}-\d\d-\d\d: 1 job too few$/,
  },
  {
    drift: 'a delta that was made twice',
    sql: `INSERT INTO job_count_deltas (owner_id, workflow_id, cohort, figure, key, jobs, ms)
          SELECT owner_id, workflow_id, cohort, figure, key, jobs, ms FROM job_count_deltas
          WHERE owner_id = $1 AND figure = 'company'`,
    line: /^ {2}company "loom", application, created \d{4}-\d\d-\d\d: 1 job too many$/,
  },
  {
    drift: "a company's total in a workflow",
    sql: `UPDATE company_counts SET jobs = 5 WHERE owner_id = $1 AND company_key = 'acme' AND workflow_id <> ''`,
    line: /^ {2}company "acme", application, of all time: 3 jobs too many$/,
  },
  {
    drift: "a company's total in all workflows",
    sql: `DELETE FROM company_counts WHERE owner_id = $1 AND company_key = 'acme' AND workflow_id = ''`,
    line: /^ {2}company "acme", any workflow, of all time: 2 jobs too few$/,
  },
  {
    drift: 'a cell of nothing',
    sql: `INSERT INTO job_counts VALUES ($1, '-infinity', 'status', 'ghosted', 'application', 0, 0)`,
    line: /^ {2}status "ghosted", application, of all time: a cell that should not be there$/,
  },
  {
    drift: 'a company without jobs',
    sql: `INSERT INTO company_counts VALUES ($1, '', 'nobody', 0)`,
    line: /^ {2}company "nobody", any workflow, of all time: a cell that should not be there$/,
  },
  {
    drift: 'a time of creation that is none',
    sql: `INSERT INTO job_counts VALUES ($1, '-infinity', 'created_day', '2023-02-29', 'application', 1, 0)`,
    line: /^ {2}created_day "2023-02-29", application, of all time: a cell that should not be there$/,
  },
  {
    drift: 'a milestone that is not there, though the counts agree with the job',
    sql: `UPDATE jobs SET answered_at = NULL WHERE owner_id = $1 AND company = 'Mill'`,
    line: /^ {2}answered_at of job [0-9a-f-]{36}: none instead of 2024-03-05T12:00:00.000Z$/,
  },
  {
    drift: 'a milestone at another time',
    sql: `UPDATE jobs SET deadline_met_at = '2025-01-01' WHERE owner_id = $1 AND company = 'Mill'`,
    line: /^ {2}deadline_met_at of job [0-9a-f-]{36}: 2025-01-01T00:00:00.000Z instead of 2024-03-05T11:00:00.000Z$/,
  },
  {
    drift: 'a job that went while nobody counted',
    sql: `WITH off AS (SELECT set_config('session_replication_role', 'replica', true))
          DELETE FROM jobs USING off WHERE owner_id = $1 AND company = 'Mill'`,
    line: /^ {2}status "offer", application, created 2024-03-05: 1 job too many, \d+ milliseconds too many$/,
  },
];

describe('Verifying the counts of a database', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const of = async (api: StatsApi, repair = false) => verified(app, { owner: api.user.user.id, repair });

  it('finds no difference where there is none, folded or not', async () => {
    const api = await tell(app);
    expect(await of(api)).toMatchObject({ differences: 0, left: 0, lines: [] });
    await foldAll(app);
    expect(await of(api)).toMatchObject({ differences: 0, left: 0, lines: [] });
  });

  it.each(DRIFTS)('finds, names and repairs $drift', async ({ sql, line }) => {
    const api = await tell(app);
    const before = await api.stats();
    await app.query(sql, [api.user.user.id]);
    const found = await of(api);
    expect(found.lines[0]).toMatch(/^Owner [0-9a-f-]{36}: \d+ differences?$/);
    expect(found.lines).toContainEqual(expect.stringMatching(line));
    expect(found.left).toBe(found.differences);
    // What is only looked at stays as it is.
    expect((await of(api)).lines).toEqual(found.lines);
    expect(await of(api, true)).toMatchObject({ wrongOwners: 1, left: 0 });
    expect(await of(api)).toMatchObject({ differences: 0 });
    if (sql.includes('DELETE FROM jobs')) return;
    const after = await api.stats();
    expect({ ...after, asOf: '', averageTimeInStatusSeconds: {} }).toEqual({
      ...before,
      asOf: '',
      averageTimeInStatusSeconds: {},
    });
  });

  it('finds and removes what is counted of an owner who is not there', async () => {
    const owner = randomUUID();
    await app.query(`INSERT INTO job_counts VALUES ($1, $2, 'status', 'offer', 'application', 3, 5)`, [
      owner,
      DAY,
    ]);
    await app.query(`INSERT INTO company_counts VALUES ($1, '', 'ghost', 3)`, [owner]);
    const { lines } = await verified(app, {});
    expect(lines).toEqual([
      `Owner ${owner}: 3 differences`,
      '  status "offer", application, created 2024-03-05: 3 jobs too many, 5 milliseconds too many',
      '  company "ghost", any workflow, of all time: 3 jobs too many',
      '  status "offer", application, of all time: 3 jobs too few, 5 milliseconds too few',
    ]);
    expect(await verified(app, { repair: true })).toMatchObject({ wrongOwners: 1, left: 0 });
    expect(await app.query('SELECT FROM job_counts WHERE owner_id = $1', [owner])).toEqual([]);
    expect(await app.query('SELECT FROM company_counts WHERE owner_id = $1', [owner])).toEqual([]);
  });

  it('goes through an owner in ranges of days, of which none has more jobs than a batch but a single day', async () => {
    const api = await StatsApi.of(app);
    const days = [3, 1, 9, 2, 2, 1, 1, 5];
    const jobs = days.flatMap((count, index) =>
      Array.from({ length: count }, (_, nth) => ({
        title: 'Programmer',
        createdAt: `2024-05-0${index + 1}T00:00:00Z`,
        status: 'applied',
        ...(nth % 2 === 1 ? { archivedAt: '2024-06-01T00:00:00Z' } : {}),
      })),
    );
    await api.load(jobs.map((job) => JSON.stringify(job)).join('\n'), jobs.length);
    await foldAll(app);
    const owner = api.user.user.id;
    expect(await verified(app, { owner })).toMatchObject({ batches: 1, differences: 0 });
    const parts = await verified(app, { owner, jobsAtOnce: 4 });
    expect(parts.differences).toBe(0);
    expect(parts.batches).toBeGreaterThanOrEqual(5);
    expect(parts.batches).toBeLessThanOrEqual(days.length + 1);
    await app.query(`UPDATE job_counts SET jobs = jobs + 1 WHERE owner_id = $1 AND figure = 'created_day'`, [
      owner,
    ]);
    expect(await verified(app, { owner, jobsAtOnce: 4 })).toMatchObject({
      // And their month, which was their sum.
      differences: days.length + 1,
    });
    expect(await verified(app, { owner, jobsAtOnce: 4, repair: true })).toMatchObject({ left: 0 });
  });

  it('tells the first twenty differences of an owner, and how many more there are', async () => {
    const api = await tell(app);
    await app.query(`UPDATE job_counts SET jobs = jobs + 1 WHERE owner_id = $1 AND cohort > '-infinity'`, [
      api.user.user.id,
    ]);
    const { lines, differences } = await of(api);
    expect(differences).toBeGreaterThan(20);
    expect(lines).toHaveLength(22);
    expect(lines[21]).toBe(`  and ${differences - 20} more`);
  });

  it('shows nothing of a company that could act on a terminal', async () => {
    const api = await tell(app);
    await app.query(`INSERT INTO company_counts VALUES ($1, '', E'\\u001b[2J', 1)`, [api.user.user.id]);
    expect((await of(api)).lines[1]).toBe(
      '  company "\\u001b[2J", any workflow, of all time: 1 job too many',
    );
  });

  it('makes cached answers unusable: after a repair nobody is served what was wrong', async () => {
    const api = await tell(app);
    const right = (await api.stats()).totals;
    await app.query(`UPDATE job_counts SET jobs = jobs + 4 WHERE owner_id = $1 AND figure = 'status'`, [
      api.user.user.id,
    ]);
    // A write of the owner's own, so that what is cached from here on is wrong.
    await app.app.get(WriteAnnouncer).write(userScope(api.user.user.id), () => Promise.resolve());
    expect((await api.stats()).totals).not.toEqual(right);
    expect((await api.ask()).headers.get('x-cache')).toBe('HIT');
    await of(api, true);
    expect((await api.stats()).totals).toEqual(right);
  });
});
