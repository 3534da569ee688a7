import { foldAll } from '../support/stats/folding';
import { localDate } from '../support/stats/local-time';
import { rate } from '../support/stats/near';
import { StatsApi } from '../support/stats/stats-api';
import type { StatsAnswer } from '../support/stats/stats-answer';
import type { Telling } from '../support/stats/told-jobs';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ CACHE_ENABLED: 'false' });
});
afterAll(() => app.close());

const deadlines = async (api: StatsApi, timeZone?: string) => (await api.stats({ timeZone })).deadlines;
const due = (deadline: string, event: [string, string], more: Telling = {}): Telling => ({
  ...more,
  deadline,
  events: [event],
});
const NONE = { upcoming: 0, overdue: 0, met: 0, missed: 0, adherence: null };
const DAY = 86_400_000;
/** The date so many days after another. */
const later = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);

describe('a deadline', () => {
  it.each([
    // In each the last millisecond of January 31st, and the first of February.
    ['UTC', '2025-01-31T23:59:59.999', '2025-02-01T00:00'],
    ['Pacific/Kiritimati', '2025-01-31T09:59:59.999', '2025-01-31T10:00'],
    ['Pacific/Pago_Pago', '2025-02-01T10:59:59.999', '2025-02-01T11:00'],
    ['America/New_York', '2025-02-01T04:59:59.999', '2025-02-01T05:00'],
    ['Asia/Kathmandu', '2025-01-31T18:14:59.999', '2025-01-31T18:15'],
    ['Australia/Lord_Howe', '2025-01-31T12:59:59.999', '2025-01-31T13:00'],
  ])('ends with its day in %s', async (timeZone, last, late) => {
    const deadline = '2025-01-31';
    const api = await StatsApi.of(
      app,
      due(deadline, ['applied', last]),
      due(deadline, ['interview', late]),
      due(deadline, ['completed', late], { workflow: 'execution' }),
    );
    expect(await deadlines(api, timeZone)).toEqual({
      ...NONE,
      met: 1,
      missed: 2,
      adherence: rate(1 / 3),
    });
  });

  it.each([
    // Days on which clocks change: 23, 25, 23 and a half, 24 and a half hours.
    ['America/New_York', '2025-03-09', '2025-03-10T03:59:59.999', '2025-03-10T04:00'],
    ['America/New_York', '2025-11-02', '2025-11-03T04:59:59.999', '2025-11-03T05:00'],
    ['Australia/Lord_Howe', '2025-10-05', '2025-10-05T12:59:59.999', '2025-10-05T13:00'],
    ['Australia/Lord_Howe', '2025-04-06', '2025-04-06T13:29:59.999', '2025-04-06T13:30'],
    ['America/Havana', '2025-11-01', '2025-11-02T03:59:59.999', '2025-11-02T04:00'],
  ])('in %s ends with %s, though clocks change', async (timeZone, deadline, last, late) => {
    const api = await StatsApi.of(app, due(deadline, ['applied', last]), due(deadline, ['offer', late]));
    expect(await deadlines(api, timeZone)).toEqual({ ...NONE, met: 1, missed: 1, adherence: 0.5 });
  });

  it('is met by what its workflow is for, and by nothing else', async () => {
    const times: [string, [met: string[], open: string[], none: string[]]][] = [
      [
        'application',
        [
          ['applied', 'phone_screen', 'interview', 'offer', 'accepted', 'rejected', 'declined', 'ghosted'],
          ['wishlist', 'interested'],
          ['withdrawn'],
        ],
      ],
      ['proposal', [['submitted', 'shortlisted', 'accepted', 'rejected'], ['draft'], ['withdrawn']]],
      ['posting', [['filled'], ['draft', 'open', 'on_hold'], ['expired', 'cancelled']]],
      ['execution', [['completed'], ['pending', 'running'], ['failed', 'cancelled']]],
    ];
    for (const [workflow, [met, open, none]] of times) {
      const api = await StatsApi.of(
        app,
        ...[...met, ...open, ...none].map((status) =>
          due('2999-12-31', [status, '2025-01-01'], { workflow }),
        ),
        ...[...met, ...open, ...none].map((status) =>
          due('2024-12-31', [status, '2025-01-01'], { workflow }),
        ),
      );
      const [done, left] = [met.length, open.length];
      expect([workflow, await deadlines(api)]).toEqual([
        workflow,
        {
          upcoming: left,
          overdue: left,
          met: done,
          missed: done,
          adherence: rate(done / (2 * done + left)),
        },
      ]);
    }
  });

  it('is met by the earliest such event, wherever the job went from there, and in the archive too', async () => {
    const api = await StatsApi.of(
      app,
      {
        deadline: '2025-01-10',
        events: [
          ['applied', '2025-01-10'],
          ['withdrawn', '2025-01-11'],
        ],
      },
      {
        deadline: '2025-01-10',
        archivedAt: '2025-06-01',
        events: [
          ['interview', '2025-01-20'],
          ['wishlist', '2025-01-21'],
          ['applied', '2025-01-10T23:59'],
        ],
      },
      {
        workflow: 'posting',
        deadline: '2025-01-10',
        events: [
          ['filled', '2025-01-11'],
          ['open', '2025-01-12'],
        ],
      },
      due('2025-01-10', ['wishlist', '2025-01-01'], { archivedAt: '2025-06-01' }),
      { events: [['applied', '2025-01-01']] },
    );
    expect(await deadlines(api)).toEqual({
      ...NONE,
      met: 2,
      missed: 1,
      adherence: rate(2 / 3),
    });
  });

  /** Deadlines of this, nearby and distant months, before and after they are folded; anew if midnight came in between. */
  const aroundToday = async (timeZone: string): Promise<StatsAnswer['deadlines'][]> => {
    const today = localDate(Date.now(), timeZone);
    const days = [-400, -31, -1, 0, 1, 31, 400].map((offset) => later(today, offset));
    const api = await StatsApi.of(app, ...days.map((day) => due(day, ['wishlist', '2025-01-01'])));
    const unfolded = await api.stats({ timeZone });
    await foldAll(app);
    const { asOf, deadlines: folded } = await api.stats({ timeZone });
    const sameDay = localDate(Date.parse(asOf), timeZone) === today;
    return sameDay ? [unfolded.deadlines, folded] : aroundToday(timeZone);
  };

  it.each(['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu', 'America/New_York'])(
    'of today in %s and later is upcoming, of yesterday and before overdue',
    async (timeZone) => {
      const expected = { ...NONE, upcoming: 4, overdue: 3, adherence: 0 };
      expect(await aroundToday(timeZone)).toEqual([expected, expected]);
    },
  );

  it('counts as it is now: moved, taken away, met later, met earlier, put in the archive', async () => {
    const api = await StatsApi.of(app, due('2025-01-10', ['wishlist', '2025-01-01']));
    const id = (await api.told())[0]?.id ?? '';
    expect(await deadlines(api)).toEqual({ ...NONE, overdue: 1, adherence: 0 });
    await api.jobs.patch(id, { deadline: '2999-12-31' });
    expect(await deadlines(api)).toEqual({ ...NONE, upcoming: 1 });
    await api.jobs.patch(id, { deadline: null });
    expect(await deadlines(api)).toEqual(NONE);
    await api.jobs.call('POST', '/bulk/deadline', { ids: [id], deadline: '2025-01-10' });
    expect(await deadlines(api)).toEqual({ ...NONE, overdue: 1, adherence: 0 });
    await api.jobs.call('POST', `/${id}/archive`, {});
    expect(await deadlines(api)).toEqual(NONE);
    await api.jobs.call('POST', `/${id}/restore`);
    await api.jobs.append(id, { status: 'withdrawn', occurredAt: '2025-01-02T00:00:00Z' });
    expect(await deadlines(api)).toEqual(NONE);
    await api.jobs.append(id, { status: 'applied', occurredAt: '2025-01-11T00:00:00Z' });
    expect(await deadlines(api)).toEqual({ ...NONE, missed: 1, adherence: 0 });
    await api.jobs.append(id, { status: 'applied', occurredAt: '2025-01-10T23:59:59.999Z' });
    expect(await deadlines(api)).toEqual({ ...NONE, met: 1, adherence: 1 });
    await api.jobs.patch(id, { deadline: '2025-01-09' });
    expect(await deadlines(api)).toEqual({ ...NONE, missed: 1, adherence: 0 });
    await api.jobs.call('DELETE', `/${id}`);
    expect(await deadlines(api)).toEqual(NONE);
  });
});
