import { foldAll } from '../support/stats/folding';
import { StatsApi, type StatsQuery } from '../support/stats/stats-api';
import type { Telling } from '../support/stats/told-jobs';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  // What is read before a fold is read anew after it.
  app = await startTestApp({ CACHE_ENABLED: 'false' });
});
afterAll(() => app.close());

/** Jobs that were created then, in UTC. */
const createdAt = (...times: string[]): Telling[] =>
  times.map((time) => ({ createdAt: time, events: [['withdrawn', '2025-01-01']] }));
const countOf = async (api: StatsApi, query: StatsQuery): Promise<number> =>
  (await api.stats(query)).totals.all;
const setZone = async (api: StatsApi, timeZone: string): Promise<void> => {
  const answer = await app.request('PATCH', '/api/profile', { token: api.user.token, body: { timeZone } });
  expect(answer.status).toBe(200);
};

/** Local days and the UTC times of their first and last millisecond. */
const DAYS: [zone: string, day: string, first: string, last: string][] = [
  ['UTC', '2025-06-15', '2025-06-15T00:00', '2025-06-15T23:59:59.999'],
  ['Pacific/Kiritimati', '2025-06-15', '2025-06-14T10:00', '2025-06-15T09:59:59.999'],
  ['Pacific/Pago_Pago', '2025-06-15', '2025-06-15T11:00', '2025-06-16T10:59:59.999'],
  ['Asia/Kathmandu', '2025-06-15', '2025-06-14T18:15', '2025-06-15T18:14:59.999'],
  // 23 and 25 hours.
  ['America/New_York', '2025-03-09', '2025-03-09T05:00', '2025-03-10T03:59:59.999'],
  ['America/New_York', '2025-11-02', '2025-11-02T04:00', '2025-11-03T04:59:59.999'],
  // 24 and a half, and 23 and a half.
  ['Australia/Lord_Howe', '2025-04-06', '2025-04-05T13:00', '2025-04-06T13:29:59.999'],
  ['Australia/Lord_Howe', '2025-10-05', '2025-10-04T13:30', '2025-10-05T12:59:59.999'],
  // Begins with an hour that comes twice, and with one that is left out.
  ['America/Havana', '2025-11-02', '2025-11-02T04:00', '2025-11-03T04:59:59.999'],
  ['America/Havana', '2025-03-09', '2025-03-09T05:00', '2025-03-10T03:59:59.999'],
];

describe('from and to', () => {
  it.each(DAYS)('in %s, both %s: that local day, to the millisecond', async (timeZone, day, first, last) => {
    const before = new Date(Date.parse(`${first}Z`) - 1).toISOString();
    const after = new Date(Date.parse(`${last}Z`) + 1).toISOString();
    const api = await StatsApi.of(app, ...createdAt(before, first, last, after));
    const counts = [
      await countOf(api, { timeZone, from: day, to: day }),
      await countOf(api, { timeZone, from: day }),
      await countOf(api, { timeZone, to: day }),
    ];
    expect(counts).toEqual([2, 3, 3]);
  });

  it('count a job of the hour that comes twice at midnight', async () => {
    const api = await StatsApi.of(app, ...createdAt('2025-11-02T04:30', '2025-11-02T05:30'));
    const timeZone = 'America/Havana';
    expect(await countOf(api, { timeZone, from: '2025-11-02' })).toBe(2);
    expect(await countOf(api, { timeZone, to: '2025-11-01' })).toBe(0);
  });

  it('may name a day that a time zone left out', async () => {
    const api = await StatsApi.of(app, ...createdAt('2011-12-30T09:59:59.999', '2011-12-30T10:00'));
    const timeZone = 'Pacific/Apia';
    expect(await countOf(api, { timeZone, from: '2011-12-30', to: '2011-12-30' })).toBe(0);
    expect(await countOf(api, { timeZone, from: '2011-12-29', to: '2011-12-29' })).toBe(1);
    expect(await countOf(api, { timeZone, from: '2011-12-31', to: '2011-12-31' })).toBe(1);
    expect(await countOf(api, { timeZone, from: '2011-12-30' })).toBe(1);
  });

  it('are days of the profile’s time zone, unless the question names another', async () => {
    // In New York still January 1st, in UTC the 2nd.
    const api = await StatsApi.of(app, ...createdAt('2025-01-02T04:59:59'));
    const first = { from: '2025-01-01', to: '2025-01-01' };
    expect(await countOf(api, first)).toBe(0);
    await setZone(api, 'America/New_York');
    expect(await countOf(api, first)).toBe(1);
    expect(await countOf(api, { ...first, timeZone: 'UTC' })).toBe(0);
    await setZone(api, 'Asia/Tokyo');
    expect(await countOf(api, first)).toBe(0);
    expect(await countOf(api, { from: '2025-01-02', to: '2025-01-02' })).toBe(1);
  });

  it('choose the jobs that every figure is of', async () => {
    const made = (day: string, hours: number): Telling => ({
      company: `Company of ${day}`,
      deadline: '2025-01-31',
      createdAt: day,
      events: [
        ['applied', '2025-01-01T00:00'],
        ['offer', `2025-01-01T${hours}:00`],
        ['accepted', '2025-01-02T00:00'],
      ],
    });
    const range = { from: '2025-02-02', to: '2025-02-03' };
    const api = await StatsApi.of(
      app,
      ...[
        made('2025-02-01', 10),
        made('2025-02-02', 12),
        made('2025-02-03T23:59', 14),
        made('2025-02-04', 20),
      ],
    );
    const stats = await api.stats(range);
    expect(stats).toMatchObject({
      totals: { all: 2, byStatus: { accepted: 2 } },
      responseRate: 1,
      averageTimeInStatusSeconds: { applied: 13 * 3600, offer: 11 * 3600 },
      deadlines: { met: 2, missed: 0, adherence: 1 },
      timeToOffer: { count: 2, median: 13 * 3600, min: 12 * 3600, max: 14 * 3600 },
    });
    expect(stats.topCompanies.map(({ company, count }) => [company, count])).toEqual([
      ['Company of 2025-02-02', 1],
      ['Company of 2025-02-03T23:59', 1],
    ]);
    expect(stats.createdPerMonth.map(({ count }) => count)).toEqual([...Array<number>(11).fill(0), 2]);
    expect(await countOf(api, { from: '2999-01-01' })).toBe(0);
    expect(await countOf(api, { from: '2025-02-02', to: '9999-12-31' })).toBe(3);
    expect(await countOf(api, { from: '0001-01-01', to: '2025-02-02' })).toBe(2);
  });
});

describe('the jobs created a month', () => {
  const months = async (api: StatsApi, query: StatsQuery) =>
    (await api.stats(query)).createdPerMonth.map(({ month, count }) => `${month} ${count}`);

  it('are those of twelve months, across the year, the last that of `to`', async () => {
    const api = await StatsApi.of(
      app,
      ...createdAt(
        '2024-03-31T23:59:59.999',
        '2024-04-01',
        '2024-12-31T23:59:59.999',
        '2025-01-01',
        '2025-03-31',
      ),
    );
    expect(await months(api, { to: '2025-03-31' })).toEqual([
      '2024-04 1',
      ...['2024-05 0', '2024-06 0', '2024-07 0', '2024-08 0', '2024-09 0', '2024-10 0', '2024-11 0'],
      '2024-12 1',
      '2025-01 1',
      '2025-02 0',
      '2025-03 1',
    ]);
    const short = await months(api, { from: '2025-01-01', to: '2025-03-30' });
    expect(short.filter((month) => !month.endsWith(' 0'))).toEqual(['2025-01 1']);
    expect(short).toHaveLength(12);
  });

  it('end with the current month when `to` is later, or is not named', async () => {
    const api = await StatsApi.of(app);
    const { id } = await api.jobs.create({});
    for (const query of [{}, { to: '2999-12-31' }, { from: '2999-01-01' }]) {
      const { asOf, createdPerMonth } = await api.stats(query);
      expect(createdPerMonth.at(-1)).toEqual({
        month: asOf.slice(0, 7),
        count: query.from === undefined ? 1 : 0,
      });
    }
    await api.jobs.call('DELETE', `/${id}`);
    expect((await api.stats()).createdPerMonth.at(-1)?.count).toBe(0);
  });

  it.each([
    // Last millisecond of May and first of June, in local time.
    ['Pacific/Kiritimati', '2025-05-31T09:59:59.999', '2025-05-31T10:00'],
    ['Pacific/Pago_Pago', '2025-06-01T10:59:59.999', '2025-06-01T11:00'],
    ['America/New_York', '2025-06-01T03:59:59.999', '2025-06-01T04:00'],
    ['Asia/Kathmandu', '2025-05-31T18:14:59.999', '2025-05-31T18:15'],
    ['Australia/Lord_Howe', '2025-05-31T13:29:59.999', '2025-05-31T13:30'],
  ])('begin at midnight of %s', async (timeZone, may, june) => {
    const api = await StatsApi.of(app, ...createdAt(may, june, june));
    const all = await months(api, { timeZone, to: '2025-06-30' });
    expect(all.slice(-2)).toEqual(['2025-05 1', '2025-06 2']);
  });

  it('have an hour more and an hour less where clocks change within them', async () => {
    // November in New York begins in summer time and ends in standard time; March the other way round.
    const api = await StatsApi.of(
      app,
      ...createdAt(
        '2025-03-01T04:59:59.999',
        '2025-03-01T05:00',
        '2025-04-01T03:59:59.999',
        '2025-04-01T04:00',
      ),
      ...createdAt(
        '2025-11-01T03:59:59.999',
        '2025-11-01T04:00',
        '2025-12-01T04:59:59.999',
        '2025-12-01T05:00',
      ),
    );
    const counted = (await months(api, { timeZone: 'America/New_York', to: '2025-12-31' })).filter(
      (month) => !month.endsWith(' 0'),
    );
    expect(counted).toEqual(['2025-02 1', '2025-03 2', '2025-04 1', '2025-10 1', '2025-11 2', '2025-12 1']);
  });

  it.each(['UTC', 'America/New_York', 'Pacific/Kiritimati'])(
    'reach to the ends of the calendar in %s, folded or not',
    async (timeZone) => {
      const api = await StatsApi.of(
        app,
        ...['2024-06-15', '2025-02-01'].map((day): Telling => ({
          company: day,
          createdAt: day,
          events: [['applied', day]],
        })),
      );
      const seen = async (range: StatsQuery) => {
        const { totals, topCompanies, createdPerMonth } = await api.stats({ timeZone, ...range });
        const months = createdPerMonth.reduce((sum, { count }) => sum + count, 0);
        return [totals.all, topCompanies.length, months < 0 ? 'less than nothing' : 'some'];
      };
      const expectAll = async (): Promise<void> => {
        expect(await seen({ from: '2024-01-01', to: '9999-12-31' })).toEqual([2, 2, 'some']);
        expect(await seen({ from: '2025-01-01', to: '9999-12-31' })).toEqual([1, 1, 'some']);
        expect(await seen({ to: '9999-12-31' })).toEqual([2, 2, 'some']);
        expect(await seen({ from: '0001-01-01' })).toEqual([2, 2, 'some']);
        for (const range of [{ from: '9999-12-01' }, { from: '9999-12-31' }, { to: '0001-03-01' }])
          expect(await seen(range)).toEqual([0, 0, 'some']);
      };
      await expectAll();
      await foldAll(app);
      await expectAll();
    },
  );
});
