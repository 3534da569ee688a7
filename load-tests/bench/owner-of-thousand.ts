import { type Client } from 'pg';
import { EVENT_COLUMNS, JOB_COLUMNS } from '../dataset/job-maker';

/** Address of the owner, kept for the next run. */
export const THOUSAND_EMAIL = 'thousand@bench.example';

const select = (columns: string, own: Readonly<Record<string, string>>): string =>
  columns
    .split(', ')
    .map((column) => own[column] ?? `r.${column}`)
    .join(', ');

/**
 * An owner with 1000 jobs, copies of another's picked at random, with their events.
 * @returns their id
 */
export const ownerOfThousand = async (client: Client, from: string): Promise<string> => {
  const known = await client.query<{ id: string }>(`SELECT id FROM users WHERE email = $1`, [THOUSAND_EMAIL]);
  if (known.rows[0] !== undefined) return known.rows[0].id;
  const made = await client.query<{ id: string }>(
    `WITH owner AS (
       INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), $2, 'none') RETURNING id
     ), picked AS MATERIALIZED (
       SELECT j.id, gen_random_uuid() AS new_id FROM jobs j WHERE j.owner_id = $1 ORDER BY md5(j.id::text) LIMIT 1000
     ), job AS (
       INSERT INTO jobs (${JOB_COLUMNS})
       SELECT ${select(JOB_COLUMNS, { id: 'p.new_id', owner_id: 'o.id' })}
       FROM picked p JOIN jobs r ON r.id = p.id CROSS JOIN owner o
     ), event AS (
       INSERT INTO job_status_events (${EVENT_COLUMNS})
       SELECT ${select(EVENT_COLUMNS, { job_id: 'p.new_id', id: 'gen_random_uuid()', actor_id: 'o.id' })}
       FROM picked p JOIN job_status_events r ON r.job_id = p.id CROSS JOIN owner o
     )
     SELECT id FROM owner`,
    [from, THOUSAND_EMAIL],
  );
  return made.rows[0]!.id;
};
