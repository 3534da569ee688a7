import fc from 'fast-check';
import { Client } from 'pg';
import { Database } from '../../src/platform/database';
import { SkillBounds } from '../../src/skills/skill-bounds';
import { SkillTableQuery, type SkillEntry } from '../../src/skills/skill-table.query';
import { explain, statementsOf } from '../support/list/explain';
import { insertTaggedJobs, type TaggedJob } from '../support/tagged-jobs';
import { startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;
let query: SkillTableQuery;
let bounds: SkillBounds;
beforeAll(async () => {
  app = await startTestApp();
  query = app.app.get(SkillTableQuery);
  bounds = app.app.get(SkillBounds);
});
afterEach(() => Object.assign(bounds, new SkillBounds()));
afterAll(() => app.close());

const ownerOf = async (jobs: readonly TaggedJob[], salt?: string): Promise<string> => {
  const { user } = await app.register();
  await insertTaggedJobs(app, user.id, jobs, salt);
  return user.id;
};

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The table as its documentation says it, of all jobs and without the database. */
const naiveTable = (jobs: readonly TaggedJob[]): SkillEntry[] => {
  const spellings = new Map<string, Map<string, number>>();
  for (const { tags } of jobs.filter(({ archived }) => archived !== true)) {
    const carried = new Map<string, string>();
    for (const tag of [...tags].sort(byBytes)) {
      if (!carried.has(tag.toLowerCase())) carried.set(tag.toLowerCase(), tag);
    }
    for (const [folded, tag] of carried) {
      const counts = spellings.get(folded) ?? new Map<string, number>();
      spellings.set(folded, counts.set(tag, (counts.get(tag) ?? 0) + 1));
    }
  }
  return [...spellings]
    .map(([folded, counts]): SkillEntry => {
      const [first] = [...counts].sort((one, other) => other[1] - one[1] || byBytes(one[0], other[0]));
      return [first?.[0] ?? '', folded, [...counts.values()].reduce((sum, count) => sum + count, 0)];
    })
    .sort((one, other) => other[2] - one[2] || byBytes(one[1], other[1]));
};

const TAGS = [
  'Go',
  'go',
  'GO',
  'Été',
  'été',
  'a\u001fb',
  'A\u001fB',
  ' x ',
  'x',
  "it's",
  '%',
  '\\',
  'ß',
  '東京',
  '𐐀',
  '𐐨',
];

describe('The table of tags', () => {
  it('is that of counting every job by hand, for any jobs of any two owners', async () => {
    const job = fc.record({
      tags: fc.array(fc.constantFrom(...TAGS), { maxLength: 6 }),
      archived: fc.boolean(),
    });
    const jobs = fc.array(job, { maxLength: 40 });
    const property = fc.asyncProperty(jobs, jobs, async (own, others) => {
      const [owner, other] = [await ownerOf(own), await ownerOf(others)];
      expect((await query.read(owner)).skills).toEqual(naiveTable(own));
      expect((await query.read(other)).skills).toEqual(naiveTable(others));
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('is exact up to its bound of jobs that are not archived, and says so', async () => {
    bounds.exactUpTo = 20;
    const jobs = Array.from({ length: 24 }, (_each, n): TaggedJob => ({ tags: ['a'], archived: n >= 20 }));
    const owner = await ownerOf(jobs);
    expect(await query.read(owner)).toMatchObject({ skills: [['a', 'a', 20]], approximate: false });
    bounds.exactUpTo = 19;
    expect((await query.read(owner)).approximate).toBe(true);
  });

  it('keeps the most frequent tags where there are too many, and says so', async () => {
    const owner = await ownerOf([{ tags: ['a', 'b', 'c'] }, { tags: ['c', 'b'] }, { tags: ['C'] }]);
    bounds.mostTags = 3;
    expect(await query.read(owner)).toMatchObject({
      skills: [
        ['c', 'c', 3],
        ['b', 'b', 2],
        ['a', 'a', 1],
      ],
      approximate: false,
    });
    bounds.mostTags = 2;
    const { skills, approximate } = await query.read(owner);
    expect([skills.map(([name]) => name), approximate]).toEqual([['c', 'b'], true]);
  });

  it('tells when it was counted', async () => {
    const before = Date.now();
    const { madeAt } = await query.read(await ownerOf([]));
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(Date.now());
  });
});

describe('The table of a large owner', () => {
  const JOBS = 8_000;
  const EVERY: Record<string, number> = {
    all: JOBS,
    half: JOBS / 2,
    old: 1_000,
    new: 1_000,
    tenth: JOBS / 10,
  };
  let owner: string;
  beforeAll(async () => {
    const jobs = Array.from({ length: JOBS }, (_each, n): TaggedJob => {
      const tags = ['all'];
      if (n % 2 === 0) tags.push('half');
      if (n % 10 === 0) tags.push('tenth');
      if (n < 1_000) tags.push('old');
      if (n >= JOBS - 1_000) tags.push('new');
      return { tags };
    });
    const archived = Array.from({ length: 1_000 }, (): TaggedJob => ({ tags: ['archived'], archived: true }));
    // With ids that are the same in every run: so is the sample, and the test cannot fail by chance.
    owner = await ownerOf([...jobs, ...archived], 'a large owner ');
    await app.query('ANALYZE jobs');
  });

  it.each([
    ['all that the index has', 10_000, 1 / 8],
    ['a smaller one', 400, 400 / JOBS],
  ])('is estimated from a sample, %s, as exactly as documented', async (_name, sampleJobs, part) => {
    Object.assign(bounds, { exactUpTo: 100, sampleJobs });
    const { skills, approximate } = await query.read(owner);
    expect(approximate).toBe(true);
    expect(skills.map(([name]) => name).sort()).toEqual(Object.keys(EVERY).sort());
    for (const [name, , count] of skills) {
      const truth = EVERY[name] ?? 0;
      // Three standard errors, of which one is 1/√m where m jobs of the sample carry the tag.
      expect([name, Math.abs(count / truth - 1) * Math.sqrt(truth * part) < 3]).toEqual([name, true]);
      expect(Number.isInteger(count)).toBe(true);
    }
  });

  it('is another estimate than the truth: a sample was drawn', async () => {
    Object.assign(bounds, { exactUpTo: 100, sampleJobs: 400 });
    const { skills } = await query.read(owner);
    expect(skills.map(([name, , count]) => count === EVERY[name])).toContain(false);
  });

  it('costs as many rows as its bounds say, by any plan', async () => {
    Object.assign(bounds, { exactUpTo: 100, sampleJobs: 50 });
    const sent = await statementsOf(app.app.get(Database).pool, () => query.read(owner));
    expect(sent).toHaveLength(1);
    const client = new Client({ connectionString: app.databaseUrl });
    await client.connect();
    try {
      for (const planning of ['custom', 'generic'] as const) {
        const { rowsRead, sequential } = await explain(client, sent[0]!, planning);
        expect(sequential).toEqual([]);
        expect(rowsRead).toBeLessThanOrEqual(101 + 51);
        expect(rowsRead).toBeGreaterThan(101);
      }
    } finally {
      await client.end();
    }
  });
});
