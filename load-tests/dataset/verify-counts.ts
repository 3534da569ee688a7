import { type Client } from 'pg';
import { DAY_DIFFERENCES, TOTAL_DIFFERENCES } from '../../src/job-counts';
import { BIG_OWNER_EMAIL } from './owners';

/** Owners whose counts are compared, beside the one with the most jobs. */
const OWNERS = 20;

/** Days of the owner with the most jobs that are compared: a recount of all would take as long as the load. */
const DAYS = 20;

/** First and last day of anything. */
const EVER = ['0001-01-01', '9999-12-31'] as const;

/**
 * Compares the counts of some owners with recounts.
 * @throws Error that names an owner and a cell that is wrong
 */
export const verifyCounts = async (client: Client): Promise<void> => {
  const big = await client.query<{ id: string; from: string; until: string }>(
    `SELECT id, (current_date - $2::int - 100)::text AS from, (current_date - 100)::text AS until
     FROM users WHERE email = $1`,
    [BIG_OWNER_EMAIL, DAYS],
  );
  const others = await client.query<{ id: string }>(
    `SELECT id FROM users WHERE email LIKE 'owner-%@dataset.example' ORDER BY md5(id::text) LIMIT $1`,
    [OWNERS],
  );
  for (const { id, from, until } of big.rows) await verifyOwner(client, id, from, until);
  for (const { id } of others.rows) await verifyOwner(client, id, ...EVER);
};

const verifyOwner = async (client: Client, id: string, from: string, until: string): Promise<void> => {
  const days = await client.query<Record<string, string>>(DAY_DIFFERENCES.text, [id, from, until]);
  const totals = await client.query<Record<string, string>>(TOTAL_DIFFERENCES.text, [id]);
  const [wrong] = [...days.rows, ...totals.rows];
  if (wrong !== undefined) throw new Error(`The counts of ${id} are wrong by ${JSON.stringify(wrong)}`);
};
