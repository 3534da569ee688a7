import type { TestApp } from '../test-app';
import type { ListFilter } from './expected-list';

/** Jobs of each owner that `insertSearchedJobs` makes. */
export const SEARCHED = 5000;

/**
 * What the title of job `n` is: of its words all jobs have the first, two of three the next, half of them `left` or
 * `right` and ten both; then come one of 7, 16, 40 and 400; three have `trio`; `fresh` are the newest
 * twenty (and two that are archived) and the oldest sixty.
 */
const TITLE = `concat_ws(' ', 'Engineer',
  CASE WHEN n % 3 < 2 THEN 'COMMON' END,
  CASE WHEN n % 2 = 0 THEN 'Left' END,
  CASE WHEN n % 2 = 1 OR n % 500 = 0 THEN 'Right' END,
  CASE WHEN n % 7 = 0 THEN 'Selection' END,
  CASE WHEN n % 16 = 5 THEN 'Sixteenth' END,
  CASE WHEN n % 40 = 0 THEN 'Seldom' END,
  CASE WHEN n % 400 = 17 THEN 'Rare' END,
  CASE WHEN n IN (10, 2500, 4990) THEN 'trio' END,
  CASE WHEN n > ${SEARCHED - 22} OR n <= 60 THEN 'Fresh' END,
  n)`;

/** Companies have words of the titles; three jobs are created at a time; none of the newest has been ghosted. */
const INSERT = `
  WITH j AS (
    INSERT INTO jobs (id, owner_id, workflow_id, title, company, deadline, tags, current_status, current_status_category,
      current_status_at, last_seq, created_at, updated_at, archived_at)
    SELECT md5($1::uuid || '/' || n)::uuid, $1::uuid, 'application', ${TITLE},
      CASE WHEN n % 50 = 1 THEN 'Common Sense' WHEN n % 800 = 217 THEN 'Rare Earths' END,
      CASE WHEN n % 3 > 0 THEN date '2026-01-01' + n * 17 % 365 END,
      CASE WHEN n % 250 = 3 THEN ARRAY['Mars', 'Remote'] WHEN n % 3 = 0 THEN ARRAY['remote'] ELSE '{}' END,
      status, CASE status WHEN 'wishlist' THEN 'todo' WHEN 'ghosted' THEN 'dropped' ELSE 'active' END, at, 1, at, at,
      CASE WHEN n % 11 = 4 THEN at + interval '1 day' END
    FROM generate_series(1, ${SEARCHED}) n,
      LATERAL (SELECT timestamptz '2026-01-01' + n / 3 * interval '1 minute' AS at,
                      CASE WHEN n % 30 = 4 THEN 'interview' WHEN n BETWEEN 100 AND 1400 THEN 'ghosted'
                        WHEN n % 2 = 0 THEN 'applied' ELSE 'wishlist' END AS status) x
    RETURNING *
  )
  INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
  SELECT id, 1, gen_random_uuid(), current_status, current_status_category, created_at, created_at, owner_id FROM j`;

/** Gives an owner jobs of many words, more and less frequent ones, some of which seldom come together. */
export const insertSearchedJobs = async (app: TestApp, owner: string): Promise<void> => {
  await app.query(INSERT, [owner]);
};

/** Each filter as a condition on `jobs` alone, with `$` for its value. */
const CONDITIONS: Readonly<Record<string, string>> = {
  workflow: 'workflow_id = $',
  status: 'current_status = $',
  company: 'lower(company) = lower($)',
  deadlineFrom: 'deadline >= $::date',
  deadlineTo: 'deadline <= $::date',
  createdFrom: 'created_at >= $::timestamptz',
  createdTo: 'created_at < $::timestamptz',
};

/** Each word begins somewhere after what is no letter or digit; words are of letters only. */
const WORD = `lower(concat_ws(' ', title, company)) ~ ('(^|[^a-z0-9])' || lower($))`;
const TAG = 'lower($) = ANY (lower(tags::text)::text[])';

/** The ids that a list should give, in its order, told from the table `jobs` by plain SQL. */
export const searchedIds = async (app: TestApp, owner: string, filter: ListFilter): Promise<string[]> => {
  const { q, tags, archived = 'false', sort = '-createdAt', ...others } = filter;
  const conditions = [
    ...(q?.split(' ').map((word): [string, string] => [WORD, word]) ?? []),
    ...(tags?.split(',').map((tag): [string, string] => [TAG, tag]) ?? []),
    ...(archived === 'all' ? [] : [[`(archived_at IS NOT NULL) = $::boolean`, archived] as const]),
    ...Object.entries(others).map(([name, value]) => [conditionOf(name), value] as const),
  ];
  const where = conditions.map(([condition], index) => condition.replace('$', `$${index + 2}`));
  const direction = sort === '-createdAt' ? 'DESC' : 'ASC';
  const rows = await app.query<{ id: string }>(
    `SELECT id FROM jobs WHERE ${['owner_id = $1', ...where].join(' AND ')}
     ORDER BY created_at ${direction}, id ${direction}`,
    [owner, ...conditions.map(([, value]) => value)],
  );
  return rows.map(({ id }) => id);
};

const conditionOf = (name: string): string => {
  const condition = CONDITIONS[name];
  if (condition === undefined) throw new Error(`No condition for ${name}`);
  return condition;
};
