import { Client } from 'pg';
import { JobApi } from '../support/job-api';
import { executionsOf, type Measured } from '../support/list/executions';
import { type Executed } from '../support/list/explain';
import { BIG, loadManyJobs, type ManyJobs } from '../support/list/load-many';
import type { AnsweredPage } from '../support/list/walk-list';
import { PATIENT, startTestApp, TEST_SECRET_KEY, type TestApp } from '../support/test-app';
import { CursorCodec, type CursorPosition } from '../../src/platform/pagination';
import { deriveKey } from '../../src/platform/security';

const LIMIT = 20;
/** Most rows that a page may read, over all tables, indexes and statements it takes. */
const PAGE_BOUND = 20 * LIMIT;
/** Most rows that a total in mode `auto` may read besides: a sample of 2000 jobs with their search rows, and a count
 * that is tried up to 1001 rows, each found by the search index, its row and its job. */
const COUNT_BOUND = 2 * 2_000 + 3 * 2_000;

/** The cells that a total is summed from, and what they are joined to: statuses, not jobs. */
const CELLS = 200;

const THREE_DAYS = 'createdFrom=2025-02-01&createdTo=2025-02-04';
const TEN_DAYS = 'createdFrom=2025-02-01&createdTo=2025-02-11';
/** Entries and rows of the jobs in ten days, which a walk may read. */
const DAYS_BOUND = 2 * 4_600;

let app: TestApp;
let api: JobApi;
let loaded: ManyJobs;
let client: Client;
beforeAll(async () => {
  app = await startTestApp(PATIENT);
  api = await JobApi.ofNewUser(app);
  loaded = await loadManyJobs(app.databaseUrl, api.user.user.id);
  client = new Client({ connectionString: app.databaseUrl });
  await client.connect();
}, 120_000);
afterAll(async () => {
  await client.end();
  await app.close();
});

const measure = (path: string): Promise<Measured> => executionsOf({ app, api, client }, path);

const total = (executed: Executed[]): number => executed.reduce((sum, { rowsRead }) => sum + rowsRead, 0);

const expectWithin = (executed: Executed[], bound: number): void => {
  const excess = executed.filter(
    ({ sequential, sorted }) => sequential.length > 0 || sorted > Math.max(bound, PAGE_BOUND),
  );
  expect(excess.map(({ plan }) => plan)).toEqual([]);
  if (total(executed) > bound) expect(executed.map(({ plan }) => plan)).toBe(`at most ${bound} rows`);
};

/** A cursor at the given row of the owner's list, newest first. */
const deepCursor = async (depth: number): Promise<string> => {
  const [row] = await app.query<{ key: Date; id: string }>(
    `SELECT created_at AS key, id FROM jobs WHERE owner_id = $1 AND NOT archived
     ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1`,
    [loaded.bigOwner, depth],
  );
  if (row === undefined) throw new Error('Not that many rows');
  const { pagination } = (await api.get('?limit=20&count=none')).body as AnsweredPage;
  const codec = new CursorCodec(deriveKey(TEST_SECRET_KEY, 'cursor'));
  const place: CursorPosition = {
    direction: 'next',
    key: row.key.toISOString(),
    id: row.id,
    rowsBefore: depth + 1,
  };
  const query = `["jobs","-createdAt",${JSON.stringify(defaultFilter(loaded.bigOwner))}]`;
  expect(codec.decode(pagination.nextCursor ?? '', query).direction).toBe('next');
  return codec.encode(place, query);
};

const defaultFilter = (ownerId: string) => ({
  ownerId,
  archived: [false],
  texts: {},
  tags: [],
});

describe(`a page of an owner with ${BIG} jobs among 230 000`, () => {
  it.each([
    ['newest first', '', 20],
    ['oldest first', 'sort=createdAt', 20],
    ['last changed first', 'sort=-updatedAt', 20],
    ['longest unchanged first', 'sort=updatedAt', 20],
    ['by title', 'sort=title', 20],
    ['by title descending', 'sort=-title', 20],
    ['by company', 'sort=company', 20],
    ['by company descending', 'sort=-company', 20],
    ['by deadline', 'sort=deadline', 20],
    ['by deadline descending', 'sort=-deadline', 20],
    ['by time of status', 'sort=currentStatusAt', 20],
    ['by time of status descending', 'sort=-currentStatusAt', 20],
    ['status interview newest first', 'status=interview', 20],
    ['status interview by title', 'status=interview&sort=title', 20],
    ['status offer, which few have, newest first', 'status=offer', 20],
    ['status accepted, which none has, by title', 'status=accepted&sort=title', 0],
    ['category failure, which none has, by title', 'category=failure&sort=title', 0],
    ['category active', 'category=active', 20],
    ['category active as a status', 'status=active', 20],
    ['deadline range by deadline', 'deadlineFrom=2026-03-01&deadlineTo=2026-03-02&sort=deadline', 20],
    [
      'deadline range by deadline descending',
      'deadlineFrom=2026-03-01&deadlineTo=2026-03-02&sort=-deadline',
      20,
    ],
    ['deadlines that nobody has', 'deadlineFrom=2030-01-01', 0],
    ['created in a range, newest first', 'createdFrom=2025-02-01&createdTo=2025-02-02', 20],
    ['a common word', 'q=engineer', 20],
    ['a common word by company', 'q=engineer&sort=company', 20],
    ['the beginning of a common word', 'q=eng', 20],
    ['a rare word', 'q=unicorn', 8],
    ['a rare word by deadline descending', 'q=unicorn&sort=-deadline', 8],
    ['a word nobody has', 'q=nobodyhasit', 0],
    ['company of few jobs', 'company=TINY%20ltd', 15],
    ['company of few jobs by title', 'company=TINY%20ltd&sort=title', 15],
    ['tags that many have', 'tags=remote', 20],
    ['tags that few have', 'tags=mars,remote', 15],
    ['archived', 'archived=true', 20],
    ['archived=all', 'archived=all', 20],
    ['archived=all by company', 'archived=all&sort=company', 20],
    ['archived=all and a rare word', 'archived=all&q=unicorn', 8],
  ])('%s reads at most 20 rows for each shown', async (_name, query, rows) => {
    const { body, custom, generic, big, apart } = await measure(`?count=none&limit=${LIMIT}&${query}`);
    expect(body.data).toHaveLength(rows);
    for (const executed of [custom, generic, big, apart]) expectWithin(executed, PAGE_BOUND);
  });

  it.each([
    ['newest first', ''],
    ['by deadline', 'sort=deadline'],
    ['status interview', 'status=interview'],
    ['status interview by title', 'status=interview&sort=title'],
    ['archived=all', 'archived=all'],
    ['a common word', 'q=engineer'],
    ['a common word by company', 'q=engineer&sort=company'],
  ])(
    '%s, the 5th by number, reads at most 20 rows for each that it passes over or shows',
    async (_name, query) => {
      const { body, custom, generic, big, apart } = await measure(
        `?count=none&limit=${LIMIT}&page=5&${query}`,
      );
      expect(body.data).toHaveLength(LIMIT);
      for (const executed of [custom, generic, big, apart]) expectWithin(executed, 5 * PAGE_BOUND);
    },
  );

  it('100 000 rows deep by cursor reads as much as the first one', async () => {
    const first = await measure('?count=none');
    const deep = await measure(`?count=none&cursor=${await deepCursor(100_000)}`);
    expect(deep.body.data).toHaveLength(20);
    for (const planning of ['custom', 'generic'] as const) {
      expect(total(deep[planning])).toBe(total(first[planning]));
      expectWithin(deep[planning], PAGE_BOUND);
    }
    const backwards = await measure(`?count=none&cursor=${deep.body.pagination.previousCursor ?? ''}`);
    expectWithin(backwards.custom, PAGE_BOUND);
  });

  // Between frequent and rare there is no index that has both the value and the order: the cost has its own bound.
  it.each([
    ['a word that every 80th job has', 'q=welder', 3 * 1_875],
    ['a common word with one that every 80th job has', 'q=engineer%20welder', 3 * 1_875],
    ['a whole value that many have with such a word', 'tags=remote&q=welder', 3 * 1_875],
    ['a city that every 50th job has', 'city=city%2010', 2 * 2_000],
    ['a company of 450 jobs', 'company=company%2010', 3 * 455],
    ['a range of another column than the sort’s', 'deadlineFrom=2026-03-01&deadlineTo=2026-03-02', 6_000],
  ])(
    '%s reads no more than its matches or a walk of 2000 rows, and no table from end to end',
    async (_n, query, bound) => {
      const { body, custom } = await measure(`?count=none&limit=${LIMIT}&${query}`);
      expect(body.data).toHaveLength(20);
      expectWithin(custom, PAGE_BOUND + bound);
    },
  );
});

describe('a common word that another filter empties', () => {
  it('is looked through job by job, no table from end to end', async () => {
    const { body, custom } = await measure('?count=none&q=engineer&deadlineFrom=2030-01-01');
    expect(body.data).toEqual([]);
    expectWithin(custom, PAGE_BOUND + (3 * BIG) / 4);
  });
});

describe('a total in mode auto', () => {
  it.each([
    ['of all jobs', '', 'exact', (BIG * 19) / 20, PAGE_BOUND + CELLS],
    ['of a common word', '?q=engineer', 'estimated', 500, PAGE_BOUND + COUNT_BOUND],
    ['of a status', '?status=interview', 'exact', BIG / 10, PAGE_BOUND + CELLS],
    ['of a rare word', '?q=unicorn', 'exact', 8, PAGE_BOUND + COUNT_BOUND],
    [
      'of status and workflow',
      '?workflow=application&status=interview',
      'exact',
      BIG / 10,
      PAGE_BOUND + CELLS,
    ],
    ['of a common word in days', `?q=engineer&${THREE_DAYS}`, 'exact', 346, PAGE_BOUND + COUNT_BOUND],
    ['of a seldom word in days', `?q=welder&${TEN_DAYS}`, 'exact', 60, PAGE_BOUND + COUNT_BOUND + DAYS_BOUND],
    ['of a word that every 80th job has', '?q=welder', 'estimated', 1_001, PAGE_BOUND + COUNT_BOUND],
    ['of a status that few have', '?status=offer', 'exact', 150, PAGE_BOUND + CELLS],
  ])('%s reads a bounded number of rows', async (_name, query, mode, atLeast, bound) => {
    const { body, custom, big, apart } = await measure(query);
    expect(body.pagination.countMode).toBe(mode);
    expect(body.pagination.totalItems).toBeGreaterThanOrEqual(atLeast);
    if (mode === 'exact') expect(body.pagination.totalItems).toBe(atLeast);
    for (const executed of [custom, big, apart]) expectWithin(executed, bound);
  });
});

describe('what is read by id', () => {
  it('one job is one row', async () => {
    const { custom, generic } = await measure(`/${loaded.eventfulJob}`);
    expect([total(custom), total(generic)]).toEqual([1, 1]);
  });

  it('a page of a history of 3000 events reads each event shown and the one before it', async () => {
    const first = await measure(`/${loaded.eventfulJob}/status-events?limit=${LIMIT}`);
    const cursor = first.body.pagination.nextCursor ?? '';
    const second = await measure(`/${loaded.eventfulJob}/status-events?limit=${LIMIT}&cursor=${cursor}`);
    for (const { body, custom, generic } of [first, second]) {
      expect(body.data).toHaveLength(LIMIT);
      expectWithin(custom, 3 * LIMIT);
      expectWithin(generic, 3 * LIMIT);
    }
  });

  it('upcoming deadlines are read from today on', async () => {
    await app.query(
      `UPDATE jobs SET deadline = current_date + 3 WHERE id IN (
         SELECT id FROM jobs WHERE owner_id = $1 AND NOT archived LIMIT 500)`,
      [loaded.bigOwner],
    );
    const { body, custom, generic } = await measure('/upcoming-deadlines');
    expect(body.data).toHaveLength(20);
    expectWithin(custom, PAGE_BOUND);
    expectWithin(generic, PAGE_BOUND);
  });
});
