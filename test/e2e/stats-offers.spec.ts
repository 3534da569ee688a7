import { seconds } from '../support/stats/near';
import { StatsApi } from '../support/stats/stats-api';
import type { Telling } from '../support/stats/told-jobs';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const HOUR = 3600;

describe('the time to offer', () => {
  /** Applied on January 1st 2025, and so many hours later offered. */
  const offeredAfter = (hours: number, more: Telling = {}): Telling => ({
    ...more,
    events: [
      ['applied', '2025-01-01T00:00'],
      ['offer', new Date(Date.UTC(2025, 0, 1, hours)).toISOString()],
    ],
  });
  const offers = async (api: StatsApi) => (await api.stats()).timeToOffer;

  it('has the middle one as median of an odd number, the mean of the middle two of an even one', async () => {
    const api = await StatsApi.of(app, offeredAfter(30));
    const exact = (count: number, [average, median, min, max]: [number, number, number, number]) => ({
      count,
      average: seconds(average * HOUR),
      median: seconds(median * HOUR),
      min: min * HOUR,
      max: max * HOUR,
      medianMode: 'exact',
    });
    expect(await offers(api)).toEqual(exact(1, [30, 30, 30, 30]));
    await api.tell(offeredAfter(10));
    expect(await offers(api)).toEqual(exact(2, [20, 20, 10, 30]));
    await api.tell(offeredAfter(11, { archivedAt: '2025-06-01' }));
    expect(await offers(api)).toEqual(exact(3, [17, 11, 10, 30]));
    await api.tell(offeredAfter(1000));
    expect(await offers(api)).toEqual(exact(4, [1051 / 4, 20.5, 10, 1000]));
    const [longest] = (await api.told()).filter(({ statusEvents }) =>
      statusEvents[1]?.occurredAt.includes('-02-'),
    );
    await api.jobs.call('DELETE', `/${longest?.id}`);
    expect(await offers(api)).toEqual(exact(3, [17, 11, 10, 30]));
  });

  it('is that from the earliest application to the earliest offer, whatever comes between or later', async () => {
    const api = await StatsApi.of(app, {
      events: [
        ['wishlist', '2025-01-01T00:00'],
        ['applied', '2025-01-01T02:00'],
        ['rejected', '2025-01-01T03:00'],
        ['applied', '2025-01-01T04:00'],
        ['offer', '2025-01-01T07:00'],
        ['interview', '2025-01-01T08:00'],
        ['offer', '2025-01-01T12:00'],
        ['accepted', '2025-01-01T13:00'],
      ],
    });
    expect(await offers(api)).toMatchObject({ count: 1, median: 5 * HOUR });
    const id = (await api.told())[0]?.id ?? '';
    await api.jobs.append(id, { status: 'ghosted', occurredAt: '2025-01-01T01:00:00Z' });
    expect(await offers(api)).toMatchObject({ count: 1, min: 6 * HOUR });
    await api.jobs.append(id, { status: 'accepted', occurredAt: '2025-01-01T01:30:00.500Z' });
    expect(await offers(api)).toMatchObject({ count: 1, min: seconds(0.5 * HOUR + 0.5) });
    // An offer before anything else: there is no time that it took.
    await api.jobs.append(id, { status: 'offer', occurredAt: '2024-12-01T00:00:00Z' });
    expect(await offers(api)).toEqual({
      count: 0,
      average: null,
      median: null,
      min: null,
      max: null,
      medianMode: 'exact',
    });
  });

  it('leaves out offers without an application before them, and workflows that know no offer', async () => {
    const api = await StatsApi.of(
      app,
      { events: [['offer', '2025-01-01']] },
      {
        events: [
          ['applied', '2025-01-01'],
          ['offer', '2025-01-01'],
        ],
      },
      {
        workflow: 'posting',
        events: [
          ['open', '2025-01-01'],
          ['filled', '2025-02-01'],
        ],
      },
      {
        workflow: 'proposal',
        events: [
          ['draft', '2024-01-01'],
          ['submitted', '2025-01-01'],
          ['accepted', '2025-01-03'],
        ],
      },
    );
    expect(await offers(api)).toMatchObject({ count: 1, median: 48 * HOUR });
    expect((await api.stats({ workflow: 'application' })).timeToOffer.count).toBe(0);
    expect((await api.stats({ workflow: 'proposal' })).timeToOffer.count).toBe(1);
  });
});
