import { expectProblem } from '../support/expect-problem';
import { codeOf, fieldsOf } from '../support/full-job';
import { rate } from '../support/stats/near';
import { StatsApi } from '../support/stats/stats-api';
import type { Telling } from '../support/stats/told-jobs';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** A job whose only event is of 2025. */
const being = (status: string, more: Telling = {}): Telling => ({
  ...more,
  events: [[status, '2025-01-01']],
});
const NONE = { todo: 0, active: 0, success: 0, failure: 0, dropped: 0 };

describe('the stats', () => {
  it('of someone without jobs are all there, and nothing', async () => {
    const before = Date.now();
    const stats = await (await StatsApi.of(app)).stats();
    expect(Date.parse(stats.asOf)).toBeGreaterThanOrEqual(before - 1000);
    expect(Date.parse(stats.asOf)).toBeLessThanOrEqual(Date.now() + 1000);
    expect(stats).toMatchObject({
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      totals: { all: 0, archived: 0, byStatus: {}, byCategory: NONE },
      responseRate: null,
      averageTimeInStatusSeconds: {},
      deadlines: { upcoming: 0, overdue: 0, met: 0, missed: 0, adherence: null },
      timeToOffer: { count: 0, average: null, median: null, min: null, max: null, medianMode: 'exact' },
      topCompanies: [],
    });
    expect(Object.keys(stats.totals.byStatus)).toEqual([]);
    expect(Object.keys(stats.averageTimeInStatusSeconds)).toEqual([]);
    expect(stats.createdPerMonth.map(({ count }) => count)).toEqual(Array(12).fill(0));
    expect(stats.createdPerMonth.at(-1)?.month).toBe(stats.asOf.slice(0, 7));
  });

  it('tell how many jobs are in each status and category, of all workflows together or of one', async () => {
    const api = await StatsApi.of(
      app,
      being('accepted'),
      being('applied'),
      being('applied', { archivedAt: '2025-02-01' }),
      being('ghosted'),
      being('accepted', { workflow: 'proposal' }),
      being('draft', { workflow: 'proposal' }),
      being('draft', { workflow: 'posting' }),
      being('failed', { workflow: 'execution' }),
    );
    expect((await api.stats()).totals).toEqual({
      all: 8,
      archived: 1,
      byStatus: { accepted: 2, applied: 2, ghosted: 1, draft: 2, failed: 1 },
      byCategory: { todo: 2, active: 2, success: 2, failure: 1, dropped: 1 },
    });
    expect((await api.stats({ workflow: 'proposal' })).totals).toEqual({
      all: 2,
      archived: 0,
      byStatus: { accepted: 1, draft: 1 },
      byCategory: { ...NONE, todo: 1, success: 1 },
    });
    expect((await api.stats({ workflow: 'application' })).totals).toEqual({
      all: 4,
      archived: 1,
      byStatus: { accepted: 1, applied: 2, ghosted: 1 },
      byCategory: { ...NONE, active: 2, success: 1, dropped: 1 },
    });
  });

  it('follow a job through its status, the archive and back, and forget it when it is deleted', async () => {
    const api = await StatsApi.of(app, being('wishlist'));
    const totals = async () => (await api.stats()).totals;
    const one = { all: 1, archived: 0, byStatus: { wishlist: 1 }, byCategory: { ...NONE, todo: 1 } };
    expect(await totals()).toEqual(one);

    const { id } = await api.jobs.create({ status: 'applied', company: 'Acme', deadline: '2999-12-31' });
    const two = {
      all: 2,
      byStatus: { wishlist: 1, applied: 1 },
      byCategory: { ...NONE, todo: 1, active: 1 },
    };
    expect(await totals()).toEqual({ ...two, archived: 0 });
    await api.jobs.call('POST', `/${id}/archive`, {});
    expect(await totals()).toEqual({ ...two, archived: 1 });
    await api.jobs.call('POST', `/${id}/restore`);
    expect(await totals()).toEqual({ ...two, archived: 0 });

    await api.jobs.append(id, { status: 'rejected' });
    const after = await api.stats();
    expect(after.totals.byStatus).toEqual({ wishlist: 1, rejected: 1 });
    expect(after.totals.byCategory).toEqual({ ...NONE, todo: 1, failure: 1 });
    expect([after.responseRate, after.deadlines.met, after.topCompanies.length]).toEqual([1, 1, 1]);
    // Backdated: the job stays where it is.
    await api.jobs.append(id, { status: 'interview', occurredAt: '2025-01-01T00:00:00Z' });
    expect((await totals()).byStatus).toEqual({ wishlist: 1, rejected: 1 });
    await api.jobs.call('POST', `/bulk/status`, { ids: [id], status: 'offer' });
    expect((await totals()).byStatus).toEqual({ wishlist: 1, offer: 1 });
    await api.jobs.call('POST', `/bulk/archive`, { ids: [id] });
    expect((await totals()).archived).toBe(1);

    expect((await api.jobs.call('DELETE', `/${id}`)).status).toBe(204);
    const end = await api.stats();
    expect(end.totals).toEqual(one);
    expect([end.responseRate, end.deadlines.met, end.timeToOffer.count, end.topCompanies]).toEqual([
      null,
      0,
      0,
      [],
    ]);
    expect(Object.keys(end.averageTimeInStatusSeconds)).toEqual(['wishlist']);
  });

  it('tell which part of the applications was answered, whatever came later', async () => {
    const api = await StatsApi.of(
      app,
      being('wishlist'),
      being('withdrawn'),
      being('applied'),
      being('ghosted', { archivedAt: '2025-02-01' }),
      being('rejected'),
      {
        events: [
          ['applied', '2025-01-01'],
          ['interview', '2025-01-02'],
          ['ghosted', '2025-01-03'],
        ],
      },
      {
        events: [
          ['interview', '2025-01-01'],
          ['interested', '2025-01-02'],
        ],
      },
      being('submitted', { workflow: 'proposal' }),
      being('running', { workflow: 'execution' }),
    );
    expect((await api.stats({ workflow: 'application' })).responseRate).toEqual(rate(3 / 5));
    expect((await api.stats({ workflow: 'proposal' })).responseRate).toBe(0);
    expect((await api.stats({ workflow: 'execution' })).responseRate).toBeNull();
    expect((await api.stats()).responseRate).toEqual(rate(3 / 6));
  });

  it('name the ten companies with most jobs, ties by name, whatever the case', async () => {
    const of = (...companies: (string | null)[]): Telling[] =>
      companies.map((company) => being('applied', { company }));
    const api = await StatsApi.of(
      app,
      ...of('Zeta', 'zeta', 'ZETA', 'Éclair', 'éCLAIR', 'beta', 'Beta', null, 'Mu', 'Alpha', 'gamma'),
      ...of('b1', 'b2', 'b3', 'b4', 'b5', 'b6'),
      being('draft', { workflow: 'posting', company: 'Nu' }),
    );
    const names = async (workflow?: string) =>
      (await api.stats({ workflow })).topCompanies.map(({ company, count }) => [
        company.toLowerCase(),
        count,
      ]);
    const many: [string, number][] = [
      ['zeta', 3],
      ['beta', 2],
      ['éclair', 2],
    ];
    const single = ['alpha', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'gamma'].map((name) => [name, 1]);
    expect(await names()).toEqual([...many, ...single.slice(0, 7)]);
    expect(await names('posting')).toEqual([['nu', 1]]);
    const spellings = ['Zeta', 'zeta', 'ZETA'];
    expect(spellings).toContain((await api.stats()).topCompanies[0]?.company);

    // Two of three Zetas go elsewhere; one that is named anew is shown so.
    const zetas = (await api.told()).filter(({ company }) => company?.toLowerCase() === 'zeta');
    await api.jobs.patch(zetas[0]?.id ?? '', { company: 'GAMMA' });
    await api.jobs.patch(zetas[1]?.id ?? '', { company: null });
    const { topCompanies } = await api.stats();
    expect(topCompanies.slice(0, 3).map(({ company, count }) => [company.toLowerCase(), count])).toEqual([
      ['beta', 2],
      ['gamma', 2],
      ['éclair', 2],
    ]);
    expect(topCompanies.find(({ company }) => company.toLowerCase() === 'zeta')).toBeUndefined();
  });
});

describe('whose jobs the stats are of', () => {
  it('are the own ones, for an admin too', async () => {
    const ada = await StatsApi.of(app, being('applied', { company: 'Acme' }), being('offer'));
    const grace = await StatsApi.of(app, being('draft', { workflow: 'posting', company: 'Navy' }));
    const admin = new StatsApi(app, await app.registerAdmin());
    await admin.tell(being('failed', { workflow: 'execution' }));
    expect((await ada.stats()).totals).toMatchObject({ all: 2, byStatus: { applied: 1, offer: 1 } });
    const other = await grace.stats();
    expect(other.totals.byStatus).toEqual({ draft: 1 });
    expect(other.topCompanies).toEqual([{ company: 'Navy', count: 1 }]);
    expect((await admin.stats()).totals.byStatus).toEqual({ failed: 1 });
  });

  it('are nobody’s without a token', async () => {
    expectProblem(await app.request('GET', '/api/stats'), 401, 'unauthenticated');
  });
});

describe('a question that makes no sense', () => {
  let api: StatsApi;
  beforeAll(async () => {
    api = await StatsApi.of(app);
  });

  it.each([
    ['workflow', { workflow: 'nonsense' }],
    ['workflow', { workflow: '' }],
    ['from', { from: '2025-02-29' }],
    ['from', { from: '2025-13-01' }],
    ['to', { to: '2025-1-1' }],
    ['to', { to: '2025-01-01T00:00:00Z' }],
    ['to', { to: 'tomorrow' }],
    ['from', { from: '' }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['timeZone', { timeZone: '+02:00' }],
    ['timeZone', { timeZone: '' }],
    ['status', { status: 'applied' }],
  ])('is refused for its %s: %j', async (field, query: Record<string, string>) => {
    const answer = await api.ask(query);
    expectProblem(answer, 400, 'validation_failed');
    expect(fieldsOf(answer)).toEqual([field]);
  });

  it('is refused when it ends before it begins, and not when it is one day', async () => {
    const answer = await api.ask({ from: '2025-01-02', to: '2025-01-01' });
    expect(codeOf(answer)).toEqual([400, 'validation_failed']);
    expect(['from', 'to']).toEqual(expect.arrayContaining(fieldsOf(answer)));
    expect((await api.ask({ from: '2025-01-01', to: '2025-01-01' })).status).toBe(200);
  });
});
