import { runStatsVerification } from '../../src/stats-verification';
import { BuiltProgram } from '../support/program';
import { createEmptyDatabase } from '../support/test-database';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';
import { StatsApi } from '../support/stats/stats-api';

describe('npm run stats:verify', () => {
  let program: BuiltProgram;
  let app: TestApp;
  beforeAll(async () => {
    program = new BuiltProgram();
    app = await startTestApp(PATIENT);
  });
  afterAll(async () => {
    await app.close();
    await program.remove();
  });

  const run = async (args: string[], environment: NodeJS.ProcessEnv = { DATABASE_URL: app.databaseUrl }) => {
    const running = program.start(environment, 'stats-verify', args);
    const code = await running.exit();
    return { code, report: running.stdout, trouble: running.stderr };
  };

  /** Someone of whom a company is not counted. */
  const miscounted = async (): Promise<StatsApi> => {
    const api = await StatsApi.of(app);
    await api.jobs.create({ company: 'Acme' });
    await app.query(`DELETE FROM job_count_deltas WHERE owner_id = $1 AND figure = 'company'`, [
      api.user.user.id,
    ]);
    return api;
  };

  it('names differences with exit code 1, and says with 0 that there are none', async () => {
    const api = await miscounted();
    const wrong = await run([]);
    expect(wrong).toEqual({
      code: 1,
      report: expect.stringMatching(
        /^Owner \S+: 1 difference\n {2}company "acme", application, created \S+: 1 job too few\nVerified 1 owner in 1 batch: 1 difference with 1 owner\.\n$/,
      ) as string,
      trouble: '',
    });
    const other = await StatsApi.of(app);
    expect(await run(['--owner', other.user.user.id])).toEqual({
      code: 0,
      report: 'Verified 1 owner in 1 batch: no differences.\n',
      trouble: '',
    });
    await app.query('DELETE FROM users WHERE id = $1', [api.user.user.id]);
  });

  it('repairs with exit code 0, and has a process that serves forget what it cached', async () => {
    const api = await miscounted();
    expect((await api.stats()).topCompanies).toEqual([]);
    expect((await api.ask()).headers.get('x-cache')).toBe('HIT');
    const { code, report } = await run(['--repair', '--owner', api.user.user.id]);
    expect([code, report.split('\n').slice(2)]).toEqual([
      0,
      ['  repaired', 'Verified 1 owner in 1 batch: 1 difference with 1 owner, repaired.', ''],
    ]);
    expect((await api.stats()).topCompanies).toEqual([{ company: 'Acme', count: 1 }]);
  });

  it.each([[['--mend']], [['--owner']], [['--owner', 'ada']], [['everyone']]])(
    'ends with exit code 2 for %j, before it looks at anything',
    async (args) => {
      const report: string[] = [];
      const trouble: string[] = [];
      const output = {
        report: (line: string) => report.push(line),
        trouble: (line: string) => trouble.push(line),
      };
      expect(await runStatsVerification({ DATABASE_URL: 'nowhere' }, args, output)).toBe(2);
      expect([report, trouble]).toEqual([[], [expect.not.stringContaining('DATABASE_URL')]]);
    },
  );

  it('ends with exit code 2 where there is no database to verify, or one without the tables', async () => {
    const nowhere = await run([], {});
    expect([nowhere.code, nowhere.trouble]).toEqual([2, expect.stringContaining('DATABASE_URL')]);
    const away = await run([], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect([away.code, away.trouble]).toEqual([2, expect.stringContaining('ECONNREFUSED')]);
    const empty = await createEmptyDatabase();
    try {
      const lacking = await run([], { DATABASE_URL: empty.url });
      expect([lacking.code, lacking.trouble]).toEqual([2, expect.stringContaining('npm run migrate')]);
    } finally {
      await empty.drop();
    }
  });

  it('ends with exit code 2 where a newer version has migrated the database: it would take new counts for wrong ones', async () => {
    await app.query(`INSERT INTO migrations (timestamp, name) VALUES (4102444800000, 'Later4102444800000')`);
    try {
      const { code, trouble } = await run(['--repair']);
      expect([code, trouble]).toEqual([2, expect.stringContaining('newer version (Later4102444800000)')]);
    } finally {
      await app.query(`DELETE FROM migrations WHERE name LIKE 'Later%'`);
    }
  });
});
