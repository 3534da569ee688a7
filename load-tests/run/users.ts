import { stringify } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import { type Client } from 'pg';
import { type Program } from '../bench/program';
import { DATASET_PASSWORD } from '../dataset/owners';

/** Users that a run has at most. */
export const MAX_USERS = 1000;

/** Columns of the file, as the scenarios name them. */
export const USER_FIELDS = ['email', 'password', 'name', 'userId', 'token', 'jobId'];

interface Row {
  id: string;
  email: string;
  job_id: string;
}

/**
 * Writes the users of a run as CSV: owners of the dataset in a random but constant order, each with a token that was made
 * before, and one job that may move to any status.
 * @returns how many there are
 */
export const writeUsers = async (
  client: Client,
  program: Pick<Program, 'headers'>,
  file: string,
): Promise<number> => {
  const { rows } = await client.query<Row>(
    `SELECT u.id, u.email, j.id AS job_id FROM users u
     CROSS JOIN LATERAL (
       SELECT id FROM jobs
       WHERE owner_id = u.id AND workflow_id = 'application' AND NOT archived ORDER BY created_at DESC LIMIT 1
     ) j
     WHERE u.email LIKE 'owner-%@dataset.example' ORDER BY md5(u.email) LIMIT $1`,
    [MAX_USERS],
  );
  const lines = rows.map(({ id, email, job_id }) => ({
    email,
    password: DATASET_PASSWORD,
    name: 'Owner of a dataset',
    userId: id,
    token: program.headers(id).authorization?.replace('Bearer ', ''),
    jobId: job_id,
  }));
  writeFileSync(file, stringify(lines, { header: true, columns: USER_FIELDS }), { mode: 0o600 });
  return rows.length;
};
