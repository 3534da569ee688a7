import fc from 'fast-check';
import type { AnsweredJob, JobApi } from '../job-api';
import type { TestApp } from '../test-app';
import type { ListFilter } from './expected-list';

const TITLES = [
  'Écrivain',
  'écrivain',
  'ÉCRIVAIN B',
  'Zoë',
  'zebra',
  'Straße',
  'İzmir Guide',
  'C++ Dev',
  '🦀 Rust',
];
const COMPANIES = [null, 'Acme', 'ACME', 'acme', 'Ωmega', 'ωMEGA', 'été SA'];
const DEADLINES = [null, '2026-01-31', '2026-02-01', '2027-12-31'];
const STATUSES = ['wishlist', 'applied', 'interview', 'accepted', 'ghosted'];
const TAGS = ['Remote', 'remote', 'Éire', 'go'];

/** A job of a random list; few values, so that keys collide. */
export interface RandomJob {
  title: string;
  company: string | null;
  deadline: string | null;
  status: string;
  tags: string[];
  archived: boolean;
  /** Minute of the times that the lists sort by. */
  minute: number;
}

export const randomJob: fc.Arbitrary<RandomJob> = fc.record({
  title: fc.constantFrom(...TITLES),
  company: fc.constantFrom(...COMPANIES),
  deadline: fc.constantFrom(...DEADLINES),
  status: fc.constantFrom(...STATUSES),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 2 }),
  archived: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  minute: fc.nat(5),
});

const filterParts = {
  company: fc.constantFrom('aCmE', 'ωmega', 'ÉTÉ sa', 'nobody'),
  status: fc.constantFrom('applied', 'active', 'interview,dropped', 'accepted,wishlist'),
  category: fc.constantFrom('todo', 'active,success'),
  tags: fc.constantFrom('REMOTE', 'éire', 'go,remote'),
  q: fc.constantFrom('écr', 'ÉCRIVAIN b', 'acme', 'c++', 'straße', 'zzz'),
  deadlineFrom: fc.constantFrom('2026-01-31', '2026-02-01'),
  deadlineTo: fc.constantFrom('2026-02-01', '2027-12-31'),
  createdFrom: fc.constantFrom('2026-03-01T00:02:00.000Z', '2026-03-01T00:00:00.000Z'),
  createdTo: fc.constantFrom('2026-03-01T00:04:00.000Z'),
};

/** Filters that go together; most ask for little, so that most lists have some pages. */
export const randomFilter: fc.Arbitrary<ListFilter> = fc
  .tuple(
    fc.record(filterParts, { requiredKeys: [] }),
    fc.uniqueArray(fc.constantFrom(...Object.keys(filterParts)), { maxLength: 2 }),
    fc.constantFrom(undefined, undefined, 'all', 'true'),
  )
  .map(([values, kept, archived]) => ({
    ...Object.fromEntries(Object.entries(values).filter(([name]) => kept.includes(name))),
    ...(archived === undefined ? {} : { archived }),
  }));

/** Creates the jobs through the API and moves their times to the minutes wanted. */
export const createRandomJobs = async (
  app: TestApp,
  api: JobApi,
  jobs: readonly RandomJob[],
): Promise<AnsweredJob[]> => {
  const created = await Promise.all(
    jobs.map(async ({ archived, minute, ...fields }) => {
      const { id } = await api.create(fields);
      if (archived) await api.call('POST', `/${id}/archive`);
      return { id, at: new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString() };
    }),
  );
  await app.query(
    `UPDATE jobs SET created_at = t.at, updated_at = t.at + interval '1 day', current_status_at = t.at
     FROM unnest($1::uuid[], $2::timestamptz[]) AS t (id, at) WHERE jobs.id = t.id`,
    [created.map(({ id }) => id), created.map(({ at }) => at)],
  );
  return Promise.all(created.map(({ id }) => api.read(id)));
};
