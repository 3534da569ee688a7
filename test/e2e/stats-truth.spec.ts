import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expectTrueStats } from '../support/stats/expect-stats';
import { foldAll, foldSome, unfolded } from '../support/stats/folding';
import { applyChanges, randomChange, randomJob, randomQuery } from '../support/stats/random-stats';
import { StatsApi, type StatsQuery } from '../support/stats/stats-api';
import type { ToldJob } from '../support/stats/told-job';
import type { Telling } from '../support/stats/told-jobs';
import { PATIENT, startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
beforeAll(async () => {
  // Every answer is to come from the counters. Nothing folds but the tests.
  app = await startTestApp({ ...PATIENT, CACHE_ENABLED: 'false', WORKER_ENABLED: 'false' });
});
afterAll(() => app.close());

type Query = StatsQuery & { timeZone: string };

const expectAllTrue = async (api: StatsApi, jobs: ToldJob[], queries: Query[]): Promise<void> => {
  for (const query of queries) await expectTrueStats(api, jobs, query);
};

describe('all figures are those of the slow computation', () => {
  it('on the real batch log and the real postings, while deltas are unfolded, half folded and folded', async () => {
    const sample = (name: string): Buffer => readFileSync(join(__dirname, '../../sample-data', name));
    const api = await StatsApi.of(app);
    await foldAll(app);
    await api.load(gunzipSync(sample('nasa-ipsc-1993.ndjson.gz')), 18_239);
    await api.load(sample('new-grad-postings.ndjson'), 1288);
    const jobs = await api.told();
    const queries: Query[] = [
      { timeZone: 'UTC' },
      { timeZone: 'America/Los_Angeles', workflow: 'execution', from: '1993-10-31', to: '1993-12-01' },
      { timeZone: 'Asia/Kathmandu', to: '1993-11-30' },
      { timeZone: 'Europe/Berlin', workflow: 'posting', from: '2024-03-31', to: '2024-05-04' },
      { timeZone: 'Pacific/Pago_Pago', workflow: 'application' },
    ];
    const all = await unfolded(app);
    await expectAllTrue(api, jobs, queries.slice(0, 3));
    await foldSome(app);
    const left = await unfolded(app);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(all);
    await expectAllTrue(api, jobs, queries.slice(1, 3));
    await foldAll(app);
    await expectAllTrue(api, jobs, queries);
  }, 240_000);

  it('on random jobs with random pasts, changed at random, folded and not', async () => {
    const changes = fc.array(randomChange, { minLength: 4, maxLength: 10, size: 'max' });
    const scenario = fc.record({
      jobs: fc.array(randomJob, { minLength: 10, maxLength: 60, size: 'max' }),
      changes,
      later: changes,
      queries: fc.array(randomQuery, { minLength: 3, maxLength: 3 }),
    });
    const property = fc.asyncProperty(scenario, async ({ jobs, changes: first, later, queries }) => {
      const api = await StatsApi.of(app, ...jobs);
      await applyChanges(api, first);
      await expectAllTrue(api, await api.told(), queries);
      await foldAll(app);
      await applyChanges(api, later);
      const end = await api.told();
      await expectAllTrue(api, end, queries);
      await foldAll(app);
      await expectAllTrue(api, end, [...queries, { timeZone: 'UTC' }]);
    });
    await fc.assert(property, { numRuns: 12, interruptAfterTimeLimit: 60_000 });
  });

  it('with a median within 1 % once an owner has more than a thousand offers, and exact up to then', async () => {
    const random = (seed: number): number => Math.abs(Math.sin(seed * 12.9898) * 43_758.5453) % 1;
    /** From some minutes to most of a year, many short and few long. */
    const offered = (index: number): Telling => ({
      createdAt: index < 1000 ? '2025-05-01' : '2025-05-02',
      events: [
        ['applied', '2025-01-01'],
        ['offer', new Date(Date.UTC(2025, 0, 1) + 10 ** (5 + 5.4 * random(index))).toISOString()],
      ],
    });
    const api = await StatsApi.of(app, ...Array.from({ length: 1000 }, (_, index) => offered(index)));
    const modes = async (...queries: Query[]): Promise<string[]> => {
      const jobs = await api.told();
      const answers = [];
      for (const query of queries) answers.push(await expectTrueStats(api, jobs, query));
      return answers.map(({ timeToOffer }) => timeToOffer.medianMode);
    };
    const all: Query = { timeZone: 'UTC' };
    const day: Query = { timeZone: 'UTC', from: '2025-05-01', to: '2025-05-01' };
    expect(await modes(all, day)).toEqual(['exact', 'exact']);
    await api.tell(...Array.from({ length: 601 }, (_, index) => offered(1000 + index)));
    const elsewhere: Query = { timeZone: 'Asia/Tokyo', workflow: 'application' };
    expect(await modes(all, day, elsewhere)).toEqual(['estimated', 'estimated', 'estimated']);
    // An even number, and all in the histogram.
    await api.tell(offered(5), { ...offered(6), workflow: 'proposal', events: [['accepted', '2025-01-01']] });
    await foldAll(app);
    expect(await modes(all, day, { ...all, workflow: 'proposal' })).toEqual([
      'estimated',
      'estimated',
      'exact',
    ]);
  });
});
