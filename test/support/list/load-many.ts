import { Client } from 'pg';

/** Whose jobs `loadManyJobs` made. */
export interface ManyJobs {
  /** Loaded with 150 000 jobs. */
  bigOwner: string;
  /** A job of `bigOwner` with 3000 events. */
  eventfulJob: string;
}

/** Jobs of the big owner. */
export const BIG = 150_000;
const SMALL_OWNERS = 2_000;
const JOBS_OF_SMALL = 40;
const EVENTS = 3_000;

const OWNERS = `
  INSERT INTO users (id, email, password_hash)
  SELECT gen_random_uuid(), 'owner-' || n || '@load.example', '-' FROM generate_series(1, ${SMALL_OWNERS}) n`;

/**
 * Jobs by their number `n`. Every 4th title has an engineer, every 80th a welder, 8 of the big owner have a
 * unicorn; some 300 companies have 500 jobs each, one has 15; every 3rd job has no deadline, every 20th is
 * archived, every 10th in interview, every 1000th has an offer.
 */
const jobs = (numbered: string): string => `
  INSERT INTO jobs (id, owner_id, workflow_id, title, company, city, salary_min, salary_max, deadline, tags,
    current_status, current_status_category, current_status_at, last_seq, created_at, updated_at, archived_at)
  SELECT
    (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid,
    owner, 'application',
    (ARRAY['Engineer', 'Designer', 'Analyst', 'Clerk'])[n / 7 % 4 + 1] || ' ' || n * 7919 % 100003
      || CASE WHEN n % 20000 = 77 THEN ' Unicorn' WHEN n % 80 = 3 THEN ' Welder' ELSE '' END,
    CASE WHEN n % 10000 = 55 THEN 'Tiny Ltd' WHEN n % 11 > 0 THEN 'Company ' || n * 31 % 300 END,
    'City ' || n % 50, n % 100 * 1000, n % 100 * 1000 + 20000,
    CASE WHEN n % 3 > 0 THEN date '2026-01-01' + (n * 17 % 365) END,
    CASE WHEN n % 10000 = 98 THEN ARRAY['mars', 'remote'] WHEN n % 3 = 0 THEN ARRAY['remote'] ELSE '{}' END,
    status, CASE WHEN status = 'wishlist' THEN 'todo' ELSE 'active' END, at + interval '1 hour', 1, at,
    at + n % 1000 * interval '1 minute', CASE WHEN n % 20 = 19 THEN at + interval '1 day' END
  FROM (
    SELECT n, owner, md5(n || owner::text) AS h, timestamptz '2025-01-01' + n * interval '3 minutes' AS at,
      CASE WHEN n % 1000 = 500 THEN 'offer' WHEN n % 10 = 4 THEN 'interview' WHEN n % 2 = 0 THEN 'applied' ELSE 'wishlist' END
        AS status
    FROM (${numbered}) o
  ) j`;

/** They lie apart, as jobs do that were made over years: only so do plans show that collect and sort an owner's jobs. */
const ALL_JOBS = `${jobs(`
  SELECT n, $1::uuid AS owner FROM generate_series(1, ${BIG}) n
  UNION ALL
  SELECT n, u.id FROM generate_series(1, ${JOBS_OF_SMALL}) n, users u WHERE u.email LIKE '%@load.example'`)}
  ORDER BY h`;

const FACETS = `
  INSERT INTO job_search (job_id, owner_id, created_at, archived, facets)
  SELECT id, owner_id, created_at, archived, job_facets(jobs.*) FROM jobs`;

const EVENT_OF_EACH = `
  INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
  SELECT id, 1, gen_random_uuid(), current_status, current_status_category, current_status_at, created_at, owner_id
  FROM jobs`;

const MORE_EVENTS = `
  INSERT INTO job_status_events (job_id, seq, id, status, category, occurred_at, recorded_at, actor_id)
  SELECT id, 1 + n, gen_random_uuid(), 'applied', 'active', current_status_at - n * interval '1 minute', created_at,
         owner_id
  FROM jobs, generate_series(1, ${EVENTS - 1}) n WHERE id = $1`;

/** What others have changed and nobody has folded yet: it has to be passed over by its index. */
const DELTAS_OF_OTHERS = `
  INSERT INTO job_count_deltas (owner_id, workflow_id, cohort, figure, key, jobs, ms)
  SELECT id, 'application', date '2026-01-01', 'status', 'applied', 0, 0 FROM users, generate_series(1, 20)
  WHERE email LIKE '%@load.example'`;

/**
 * Fills an empty database with 230 000 jobs, their search rows and events, set by set: without triggers and
 * indexes meanwhile, which are put back as they were. Takes some 15 s.
 */
export const loadManyJobs = async (databaseUrl: string, bigOwner: string): Promise<ManyJobs> => {
  const client = new Client({ connectionString: databaseUrl, application_name: 'jobtrail test load' });
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica');
    const restore = await takeIndexesAway(client);
    await client.query(OWNERS);
    await client.query(ALL_JOBS, [bigOwner]);
    await client.query(FACETS);
    await client.query(EVENT_OF_EACH);
    const eventfulJob = await addEvents(client, bigOwner);
    await restore();
    await client.query('SET session_replication_role = origin');
    await client.query('SELECT recount_all_jobs()');
    await client.query(DELTAS_OF_OTHERS);
    await client.query('ANALYZE');
    return { bigOwner, eventfulJob };
  } finally {
    await client.end();
  }
};

/** Drops the indexes that no constraint needs. @returns what makes them again */
const takeIndexesAway = async (client: Client): Promise<() => Promise<void>> => {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i
    WHERE i.indrelid IN ('jobs'::regclass, 'job_search'::regclass, 'job_status_events'::regclass)
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`);
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return async () => {
    for (const { definition } of rows) await client.query(definition);
  };
};

const addEvents = async (client: Client, owner: string): Promise<string> => {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM jobs WHERE owner_id = $1 ORDER BY created_at LIMIT 1',
    [owner],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('The owner has no job');
  await client.query(MORE_EVENTS, [id]);
  await client.query('UPDATE jobs SET last_seq = $2, version = $2 WHERE id = $1', [id, EVENTS]);
  return id;
};
