import { JobApi } from '../support/job-api';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/caching-app';

let app: TestApp;
afterEach(() => app.close());

const start = async (environment: NodeJS.ProcessEnv): Promise<JobApi> => {
  app = await startTestApp({ ...PATIENT, ...environment });
  return JobApi.ofNewUser(app);
};

/** Changes of counts that wait to be folded, and the sum of the cells that they are folded into. */
const counts = async (): Promise<{ waiting: number; folded: number }> => {
  const [row] = await app.query<{ waiting: number; folded: number }>(`
    SELECT (SELECT count(*)::int FROM job_count_deltas) AS waiting,
           (SELECT coalesce(sum(jobs), 0)::int FROM job_counts WHERE cohort = '-infinity' AND figure = 'status') AS folded`);
  return row ?? { waiting: -1, folded: -1 };
};

describe('the worker', () => {
  it.each(['2', '3600'])(
    'folds what is written beside it at once, also polling every %s s',
    async (seconds) => {
      const api = await start({ WORKER_ENABLED: 'true', WORKER_POLL_INTERVAL: seconds });
      for (const title of ['One', 'Two']) {
        await api.create({ title });
        await until(async () => (await counts()).waiting === 0, 'the fold');
      }
      expect(await counts()).toEqual({ waiting: 0, folded: 2 });
    },
  );
});

describe('a process without a worker', () => {
  it('leaves changes for one, and its answers count them', async () => {
    const api = await start({ WORKER_ENABLED: 'false' });
    await api.create({ title: 'One' });
    const { waiting, folded } = await counts();
    expect([waiting > 0, folded]).toEqual([true, 0]);
    const { token } = api.user;
    expect((await app.request('GET', '/api/stats', { token })).body).toMatchObject({ totals: { all: 1 } });
    expect((await api.get('')).body).toMatchObject({ pagination: { totalItems: 1, countMode: 'exact' } });
  });
});
