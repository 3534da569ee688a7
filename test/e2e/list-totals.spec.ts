import { JobApi } from '../support/job-api';
import { startTestApp, type TestApp } from '../support/test-app';

/** Jobs of the owner: so many that totals of words are told from a random sample. */
const JOBS = 12_000;

/** A word of its title is every job's, two of three jobs', or one of forty jobs'. */
const TITLE = `concat('Frequent ', CASE WHEN n % 3 < 2 THEN 'common ' END, CASE WHEN n % 40 = 0 THEN 'seldom ' END, n)`;

let app: TestApp;
let api: JobApi;

beforeAll(async () => {
  app = await startTestApp();
  api = await JobApi.ofNewUser(app);
  await app.query(
    `WITH j AS (
       INSERT INTO jobs (id, owner_id, workflow_id, title, company, current_status, current_status_category,
         current_status_at, last_seq, created_at, updated_at)
       SELECT gen_random_uuid(), $1, 'application', ${TITLE}, CASE WHEN n >= 10900 THEN 'Newcomer' END, 'wishlist', 'todo', t, 1, t, t
       FROM generate_series(1, $2::int) n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS t) x
       RETURNING *
     )
     INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
     SELECT id, 1, gen_random_uuid(), 'wishlist', 'todo', created_at, created_at, owner_id FROM j`,
    [api.user.user.id, JOBS],
  );
  await app.query(`UPDATE jobs SET archived_at = now() WHERE owner_id = $1 AND title LIKE '%00'`, [
    api.user.user.id,
  ]);
  await app.query('ANALYZE jobs, job_search');
});
afterAll(() => app.close());

const total = async (query: string): Promise<[mode: string, items: number]> => {
  const { status, body } = await api.get(`?${query}`);
  expect(status).toBe(200);
  const { countMode, totalItems } = body.pagination as { countMode: string; totalItems: number };
  return [countMode, totalItems];
};

/** How many it really are. */
const counted = async (query: string): Promise<number> => (await total(`${query}&count=exact`))[1];

describe('the total of a search among many jobs', () => {
  it.each(['q=frequent', 'q=common', 'q=freq%20comm', 'q=frequent&archived=false'])(
    'is estimated from a random sample: %s',
    async (query) => {
      const [mode, items] = await total(query);
      const truth = await counted(query);
      expect(mode).toBe('estimated');
      // Of 400 jobs that are drawn: more than five standard deviations.
      expect(Math.abs(items - truth) / truth).toBeLessThan(0.2);
    },
  );

  it.each([
    'q=seldom',
    'q=seldom%20common',
    'q=nobody',
    'q=seldom&archived=true',
    'q=seldom&archived=all',
    'q=seldom&status=wishlist&createdFrom=2026-01-03T00:00:00.000Z',
    'q=seldom&page=4&limit=50',
    'q=seldom&sort=company',
  ])('is exact where up to 1000 match: %s', async (query) => {
    const truth = await counted(query);
    expect(truth).toBeLessThanOrEqual(1000);
    expect(await total(query)).toEqual(['exact', truth]);
  });

  it('is exact where all that match were collected for the page', async () => {
    // By title the first thousands of them come without the word.
    expect(await total('q=common&sort=title')).toEqual(['exact', await counted('q=common')]);
    expect((await total('q=common&sort=title&count=estimated'))[0]).toBe('estimated');
  });

  it('is not misled by what the newest jobs have in common', async () => {
    // All of the first pages, and an eleventh of all.
    const [mode, items] = await total('company=newcomer&q=frequent');
    expect(mode).toBe('estimated');
    expect(items).toBeGreaterThanOrEqual(1001);
    expect(items).toBeLessThan(2000);
  });

  it('is the same on every page that a cursor leads to, where it is exact', async () => {
    const seen = new Set<string>();
    let query = 'q=seldom&limit=40';
    for (let cursor: string | null = ''; cursor !== null; query = `q=seldom&limit=40&cursor=${cursor}`) {
      const { body } = await api.get(`?${query}`);
      const { countMode, totalItems, nextCursor } = body.pagination as Record<string, string | null>;
      seen.add(`${countMode ?? ''} ${totalItems ?? ''}`);
      cursor = nextCursor ?? null;
    }
    expect([...seen]).toEqual([`exact ${await counted('q=seldom')}`]);
  });
});
