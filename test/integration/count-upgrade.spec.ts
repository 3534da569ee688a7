import { DataSource, type MigrationInterface } from 'typeorm';
import { CountStaysWithJobs1767225600013 } from '../../src/schema/migrations/1767225600013-count-stays-with-jobs';
import { CountCoarsely1767225600014 } from '../../src/schema/migrations/1767225600014-count-coarsely';
import { foldAll } from '../support/stats/folding';
import { FillCoarseCounts1767225600015 } from '../../src/schema/migrations/1767225600015-fill-coarse-counts';
import { StatsApi } from '../support/stats/stats-api';
import { verified } from '../support/stats/verified';
import { startTestApp, type TestApp } from '../support/test-app';

const UPGRADES: MigrationInterface[] = [
  new CountStaysWithJobs1767225600013(),
  new CountCoarsely1767225600014(),
  new FillCoarseCounts1767225600015(),
];

describe('Upgrading how jobs are counted', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const migrate = async (direction: 'up' | 'down'): Promise<void> => {
    const runner = app.app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    try {
      const ordered = direction === 'up' ? UPGRADES : [...UPGRADES].reverse();
      for (const upgrade of ordered) await upgrade[direction](runner);
      await runner.commitTransaction();
    } finally {
      await runner.release();
    }
  };

  /** A job of several events by import, one with a deadline, and one that goes on by requests, one of them backdated. */
  const write = async (api: StatsApi, name: string): Promise<void> => {
    const at = (hour: number): string => `2024-03-05T${String(hour).padStart(2, '0')}:00:00Z`;
    const statusEvents = ['wishlist', 'applied', 'interview', 'offer'].map((status, hour) => ({
      status,
      occurredAt: at(hour),
    }));
    await api.load(JSON.stringify({ title: 'Programmer', company: name, createdAt: at(0), statusEvents }), 1);
    await api.jobs.create({ company: name, deadline: '2030-01-01' });
    const { id } = await api.jobs.create({ company: name });
    await api.jobs.append(id, { status: 'applied' });
    await api.jobs.append(id, { status: 'wishlist', occurredAt: '2020-01-01T00:00:00Z' });
    await api.jobs.append(id, { status: 'interview' });
  };

  it('counts what was written before, between and after, folded or not, by either way', async () => {
    const api = await StatsApi.of(app);
    await write(api, 'Newer');
    await foldAll(app);
    await write(api, 'Still to be folded');
    await migrate('down');
    await write(api, 'Older');
    await foldAll(app);
    await write(api, 'Older, still to be folded');
    await migrate('up');
    const owner = api.user.user.id;
    expect(await verified(app, { owner })).toMatchObject({ differences: 0 });
    await foldAll(app);
    await write(api, 'Newest');
    await foldAll(app);
    expect(await verified(app, { owner })).toMatchObject({ differences: 0 });
    const cells = await app.query<{ jobs: string }>(
      `SELECT sum(jobs) AS jobs FROM job_counts
       WHERE owner_id = $1 AND figure IN ('created_month', 'offer_octave', 'deadline_open_month')`,
      [owner],
    );
    expect(Number(cells[0]?.jobs)).toBe(15 + 5 + 5);
  });
});
