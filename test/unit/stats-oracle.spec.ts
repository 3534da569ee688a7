import { localDate, twelveMonthsTo } from '../support/stats/local-time';
import { slowStats, type SlowStats, type StatsQuestion } from '../support/stats/slow-stats';
import { toldJob, utc, type Telling } from '../support/stats/told-jobs';

const AS_OF = '2025-06-15T12:00:00.000Z';
const stats = (jobs: Telling[], question: Partial<StatsQuestion> = {}): SlowStats =>
  slowStats(jobs.map(toldJob), { asOf: AS_OF, timeZone: 'UTC', ...question });

describe('the slow stats', () => {
  it('of no jobs are nothing, and no rate', () => {
    expect(stats([])).toEqual({
      asOf: AS_OF,
      totals: {
        all: 0,
        archived: 0,
        byStatus: {},
        byCategory: { todo: 0, active: 0, success: 0, failure: 0, dropped: 0 },
      },
      responseRate: null,
      averageTimeInStatusSeconds: {},
      createdPerMonth: twelveMonthsTo('2025-06').map((month) => ({ month, count: 0 })),
      deadlines: { upcoming: 0, overdue: 0, met: 0, missed: 0, adherence: null },
      timeToOffer: { count: 0, average: null, median: null, min: null, max: null, medianMode: 'exact' },
      topCompanies: [],
    });
  });

  it('count a job where the newest event has it, by time and then by record', () => {
    const { totals } = stats([
      {
        events: [
          ['interview', '2025-02-01'],
          ['applied', '2025-01-01'],
        ],
      },
      {
        events: [
          ['applied', '2025-02-01'],
          ['offer', '2025-02-01'],
        ],
        archivedAt: '2025-03-01',
      },
      { workflow: 'proposal', events: [['accepted', '2025-01-01']] },
      { events: [['accepted', '2025-01-01']] },
    ]);
    expect(totals).toEqual({
      all: 4,
      archived: 1,
      byStatus: { interview: 1, offer: 1, accepted: 2 },
      byCategory: { todo: 0, active: 2, success: 2, failure: 0, dropped: 0 },
    });
  });

  it('count both stays of a job that goes back, and its last one up to now while it is open', () => {
    const events: Telling['events'] = [
      ['applied', '2025-06-15T00:00'],
      ['interview', '2025-06-15T02:00'],
      ['applied', '2025-06-15T03:00'],
      ['interview', '2025-06-15T09:00'],
    ];
    expect(stats([{ events }]).averageTimeInStatusSeconds).toEqual({
      applied: ((2 + 6) / 2) * 3600,
      interview: ((1 + 3) / 2) * 3600,
    });
    const closed = [{ events, archivedAt: '2025-06-15' }];
    expect(stats(closed).averageTimeInStatusSeconds).toEqual({ applied: 14_400, interview: 3600 });
    const over: Telling[] = [{ events: [...events, ['rejected', '2025-06-15T10:00']] }];
    expect(stats(over).averageTimeInStatusSeconds).toEqual({ applied: 14_400, interview: 3600 });
  });

  it('take an answer or an offer for what came before it', () => {
    const one = (status: string): Telling => ({ events: [[status, '2025-01-01']] });
    expect(stats([one('applied'), one('ghosted'), one('wishlist')]).responseRate).toBe(0);
    expect(stats([one('applied'), one('rejected'), one('offer')]).responseRate).toBe(2 / 3);
    expect(stats([one('wishlist'), one('withdrawn')]).responseRate).toBeNull();
  });

  it('measure an offer from the earliest application, with the mean of the middle two as median', () => {
    const offered = (hours: number): Telling => ({
      events: [
        ['offer', `2025-01-01T${hours}:00`],
        ['applied', '2025-01-01T00:00'],
        ['interview', '2025-01-01T05:00'],
        ['accepted', '2025-01-01T23:00'],
      ],
    });
    const jobs = [offered(20), offered(10), offered(13), offered(11)];
    expect(stats(jobs).timeToOffer).toEqual({
      count: 4,
      average: 13.5 * 3600,
      median: 12 * 3600,
      min: 36_000,
      max: 72_000,
      medianMode: 'exact',
    });
    expect(stats(jobs.slice(1)).timeToOffer.median).toBe(11 * 3600);
    const atOnce: Telling = {
      events: [
        ['applied', '2025-01-01'],
        ['offer', '2025-01-01'],
      ],
    };
    expect(stats([atOnce, { events: [['accepted', '2025-01-01']] }]).timeToOffer.count).toBe(0);
  });

  it('hold the local day of what was done, or today, against the deadline', () => {
    const due = (deadline: string, ...events: [string, string][]): Telling => ({ deadline, events });
    const jobs = [
      due('2025-05-01', ['applied', '2025-05-01T11:59:59.999']),
      due('2025-05-01', ['applied', '2025-05-02T12:00']),
      due('2025-06-15', ['wishlist', '2025-01-01']),
      due('2025-06-16', ['wishlist', '2025-01-01']),
      due('2025-06-16', ['withdrawn', '2025-01-01']),
      { workflow: 'execution', ...due('2025-05-01', ['running', '2025-01-01'], ['completed', '2025-05-01']) },
      { workflow: 'posting', ...due('2025-05-01', ['expired', '2025-01-01']) },
    ];
    expect(stats(jobs).deadlines).toEqual({ upcoming: 2, overdue: 0, met: 2, missed: 1, adherence: 2 / 3 });
    expect(stats(jobs, { timeZone: 'Pacific/Kiritimati' }).deadlines).toEqual({
      upcoming: 1,
      overdue: 1,
      met: 1,
      missed: 2,
      adherence: 1 / 4,
    });
  });

  it('name companies by their number, then by name, whatever their case', () => {
    const of = (company: string): Telling => ({ company });
    const many = Array.from({ length: 12 }, (_, index) => of(`Z${String.fromCharCode(97 + index)}`));
    const { topCompanies } = stats([of('éa'), of('b'), of('B'), of('ÉA'), of('C'), {}, ...many]);
    expect(topCompanies.slice(0, 4)).toEqual([
      { spellings: ['b', 'B'], count: 2 },
      { spellings: ['éa', 'ÉA'], count: 2 },
      { spellings: ['C'], count: 1 },
      { spellings: ['Za'], count: 1 },
    ]);
    expect(topCompanies).toHaveLength(10);
  });

  it('take jobs by workflow and by the local day of their creation', () => {
    const jobs: Telling[] = [
      { createdAt: '2025-03-09T04:59:59.999' },
      { createdAt: '2025-03-09T05:00' },
      { createdAt: '2025-03-10T03:59:59.999' },
      { createdAt: '2025-03-10T04:00' },
      { workflow: 'posting', events: [['open', '2025-03-09T12:00']] },
    ];
    const day = { timeZone: 'America/New_York', from: '2025-03-09', to: '2025-03-09' };
    expect(stats(jobs, day).totals.all).toBe(3);
    expect(stats(jobs, { ...day, workflow: 'application' }).totals.all).toBe(2);
    expect(stats(jobs, { ...day, from: undefined }).totals.all).toBe(4);
    expect(stats(jobs, { ...day, to: undefined }).totals.all).toBe(4);
    expect(stats(jobs, day).createdPerMonth.at(-1)).toEqual({ month: '2025-03', count: 3 });
    expect(stats(jobs).createdPerMonth.at(-4)).toEqual({ month: '2025-03', count: 5 });
  });
});

describe('a local date', () => {
  it.each([
    ['2025-06-14T10:00', 'Pacific/Kiritimati', '2025-06-15'],
    ['2025-06-15T10:59:59.999', 'Pacific/Pago_Pago', '2025-06-14'],
    ['2025-06-14T18:14:59', 'Asia/Kathmandu', '2025-06-14'],
    ['2025-06-14T18:15', 'Asia/Kathmandu', '2025-06-15'],
    ['2025-04-06T13:29:59', 'Australia/Lord_Howe', '2025-04-06'],
    ['2025-04-06T13:30', 'Australia/Lord_Howe', '2025-04-07'],
    ['2025-11-02T04:30', 'America/Havana', '2025-11-02'],
    ['2011-12-30T10:00', 'Pacific/Apia', '2011-12-31'],
  ])('of %s UTC in %s is %s', (time, timeZone, date) => {
    expect(localDate(Date.parse(utc(time)), timeZone)).toBe(date);
  });
});
