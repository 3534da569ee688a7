import { seconds } from '../support/stats/near';
import { StatsApi } from '../support/stats/stats-api';
import { utc, type Telling } from '../support/stats/told-jobs';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const HOUR = 3600;
const times = async (api: StatsApi, workflow?: string) =>
  (await api.stats({ workflow })).averageTimeInStatusSeconds;

describe('the average time in a status', () => {
  it('counts each stay of a job that goes back', async () => {
    const api = await StatsApi.of(app, {
      events: [
        ['interview', '2025-01-01T00:00'],
        ['applied', '2025-01-01T01:00'],
        ['interview', '2025-01-01T06:00'],
        ['rejected', '2025-01-01T09:00'],
      ],
    });
    // Interview 1 h and 3 h; rejected is where it ended, no stay.
    expect(await times(api)).toEqual({ interview: 2 * HOUR, applied: 5 * HOUR });
  });

  it('counts a second interview as a stay of its own', async () => {
    const api = await StatsApi.of(app, {
      events: [
        ['interview', '2025-01-01T00:00'],
        ['interview', '2025-01-01T02:00'],
        ['interview', '2025-01-01T03:00'],
        ['accepted', '2025-01-01T09:00'],
      ],
    });
    expect(await times(api)).toEqual({ interview: 3 * HOUR });
  });

  it('counts stays of no length between events at the same time, in the order they were recorded in', async () => {
    const api = await StatsApi.of(
      app,
      {
        events: [
          ['applied', '2025-01-01T00:00'],
          ['interview', '2025-01-01T00:00'],
          ['rejected', '2025-01-01T04:00'],
        ],
      },
      {
        events: [
          ['rejected', '2025-01-01T04:00'],
          ['interview', '2025-01-01T00:00'],
          ['applied', '2025-01-01T00:00'],
        ],
      },
    );
    // Applied 0 h and 4 h, interview 4 h and 0 h.
    expect(await times(api)).toEqual({ applied: 2 * HOUR, interview: 2 * HOUR });
  });

  it('is split by an event that is told later, but happened in between', async () => {
    const api = await StatsApi.of(app, {
      events: [
        ['applied', '2025-01-01T00:00'],
        ['rejected', '2025-01-01T10:00'],
      ],
    });
    expect(await times(api)).toEqual({ applied: 10 * HOUR });
    const id = (await api.told())[0]?.id ?? '';
    const backdated = (status: string, hour: string) =>
      api.jobs.append(id, { status, occurredAt: `2025-01-01T${hour}:00Z` });
    await backdated('interview', '04:00');
    expect(await times(api)).toEqual({ applied: 4 * HOUR, interview: 6 * HOUR });
    await backdated('applied', '06:00');
    expect(await times(api)).toEqual({ applied: 4 * HOUR, interview: 2 * HOUR });
    // At the time of an event that was recorded before it: after that one.
    await backdated('phone_screen', '04:00');
    expect(await times(api)).toEqual({ applied: 4 * HOUR, interview: 0, phone_screen: 2 * HOUR });
    // Before all others.
    expect((await api.jobs.append(id, { status: 'wishlist', occurredAt: '2024-12-31T00:00Z' })).status).toBe(
      201,
    );
    expect(await times(api)).toEqual({
      wishlist: 24 * HOUR,
      applied: 4 * HOUR,
      interview: 0,
      phone_screen: 2 * HOUR,
    });
  });

  it('counts the stay a job is in up to the moment of the stats, while it is under way and not archived', async () => {
    const applied = utc('2025-01-01');
    const api = await StatsApi.of(
      app,
      { events: [['applied', applied]] },
      {
        events: [
          ['applied', '2025-01-01T00:00'],
          ['ghosted', '2025-01-01T01:00'],
        ],
      },
      { archivedAt: '2025-03-01', events: [['applied', '2025-01-01']] },
      { archivedAt: '2025-03-01', events: [['phone_screen', '2025-01-01']] },
      { workflow: 'execution', events: [['completed', '2025-01-01']] },
    );
    const { asOf, averageTimeInStatusSeconds } = await api.stats();
    const open = (Date.parse(asOf) - Date.parse(applied)) / 1000;
    expect(averageTimeInStatusSeconds).toEqual({ applied: seconds((open + HOUR) / 2) });
  });

  it('follows a job into the archive and out of it, to its end and back', async () => {
    const api = await StatsApi.of(app, { events: [['applied', '2025-01-01']] });
    const id = (await api.told())[0]?.id ?? '';
    const sinceNewYear = (asOf: string) => seconds((Date.parse(asOf) - Date.parse(utc('2025-01-01'))) / 1000);
    const expectOpen = async () => {
      const { asOf, averageTimeInStatusSeconds } = await api.stats();
      expect(averageTimeInStatusSeconds).toEqual({ applied: sinceNewYear(asOf) });
    };
    await expectOpen();
    await api.jobs.call('POST', `/${id}/archive`, {});
    expect(await times(api)).toEqual({});
    await api.jobs.call('POST', `/${id}/restore`);
    await expectOpen();
    await api.jobs.append(id, { status: 'withdrawn', occurredAt: '2025-01-02T00:00:00Z' });
    expect(await times(api)).toEqual({ applied: 24 * HOUR });
    await api.jobs.append(id, { status: 'interview', occurredAt: '2025-01-02T06:00:00Z' });
    const { asOf, averageTimeInStatusSeconds } = await api.stats();
    const interview = (Date.parse(asOf) - Date.parse(utc('2025-01-02T06:00'))) / 1000;
    expect(averageTimeInStatusSeconds).toEqual({
      applied: 24 * HOUR,
      withdrawn: 6 * HOUR,
      interview: seconds(interview),
    });
    await api.jobs.call('DELETE', `/${id}`);
    expect(await times(api)).toEqual({});
  });

  it('adds up the same status of several workflows', async () => {
    const drafted = (workflow: string, next: string, hours: string): Telling => ({
      workflow,
      events: [
        ['draft', '2025-01-01T00:00'],
        [next, `2025-01-01T${hours}:00`],
      ],
    });
    const api = await StatsApi.of(
      app,
      drafted('posting', 'cancelled', '02'),
      drafted('posting', 'filled', '04'),
      drafted('proposal', 'withdrawn', '09'),
    );
    expect(await times(api)).toEqual({ draft: 5 * HOUR });
    expect(await times(api, 'posting')).toEqual({ draft: 3 * HOUR });
    expect(await times(api, 'proposal')).toEqual({ draft: 9 * HOUR });
    expect(await times(api, 'execution')).toEqual({});
  });

  it('is exact to the millisecond', async () => {
    const lasting = (milliseconds: string): Telling => ({
      workflow: 'execution',
      events: [
        ['running', '2025-01-01T00:00:00.000'],
        ['completed', `2025-01-01T00:00:${milliseconds}`],
      ],
    });
    const api = await StatsApi.of(app, lasting('00.001'), lasting('00.002'), lasting('10.000'));
    expect(await times(api)).toEqual({ running: seconds(10.003 / 3) });
  });
});
