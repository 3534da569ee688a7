import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/database/embedded';
import { generateDataset } from '../dataset/generate-dataset';
import { BIG_OWNER_EMAIL } from '../dataset/owners';
import { terminalProgress } from '../dataset/progress';
import { type BenchOptions } from './options';

/** Fewest and most jobs of an owner whose list is measured: ordinary, with an exact total. */
const ORDINARY = { from: 40, to: 500 };

/** Whose lists are read: the owner of a million jobs, and ordinary ones. */
export interface BenchOwners {
  big: string;
  ordinary: string[];
}

/** The embedded Postgres with the dataset, and a connection to it. */
export interface BenchDatabase {
  postgres: EmbeddedPostgres;
  client: Client;
  owners: BenchOwners;
  /** The dataset was made just now; else it is there from an earlier run. */
  loaded: boolean;
  stop(): Promise<void>;
}

/** Which dataset, and where. */
export type DatasetChoice = Pick<BenchOptions, 'dataDir' | 'bigOwnerJobs' | 'owners' | 'postings'>;

/**
 * Starts Postgres with the product's settings, and makes the dataset if it is not there from an earlier run.
 * @param settings further ones of Postgres
 * @param start how the server is started
 */
export const openDatabase = async (
  options: DatasetChoice,
  settings: Readonly<Record<string, string>> = {},
  start = startEmbeddedPostgres,
): Promise<BenchDatabase> => {
  const log = (line: string): void => console.error(line);
  const postgres = await start({ dataDir: options.dataDir, log, settings });
  const client = new Client({ connectionString: postgres.url, application_name: 'jobtrail bench' });
  const stop = async (): Promise<void> => {
    await client.end().catch(() => undefined);
    await postgres.stop();
  };
  try {
    await client.connect();
    const loaded = !(await hasDataset(client));
    if (loaded) await makeDataset(postgres.url, options);
    // Every run begins alike: no garbage of the one before, nothing left to write.
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
    return { postgres, client, owners: await readOwners(client), loaded, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** A dataset is loaded in one transaction: where its owner is, all of it is. */
const hasDataset = async (client: Client): Promise<boolean> => {
  const table = await client.query<{ users: string | null }>(`SELECT to_regclass('users')::text AS users`);
  if ((table.rows[0]?.users ?? null) === null) return false;
  return (await client.query(`SELECT FROM users WHERE email = $1`, [BIG_OWNER_EMAIL])).rowCount === 1;
};

const makeDataset = async (url: string, options: DatasetChoice): Promise<void> => {
  const { bigOwnerJobs, owners, postings } = options;
  const progress = terminalProgress();
  try {
    await generateDataset({
      url,
      jobs: bigOwnerJobs + owners * 100,
      bigOwnerJobs,
      owners,
      progress: progress.show,
      ...(postings !== undefined && { postings }),
    });
  } finally {
    progress.stop();
  }
};

const readOwners = async (client: Client): Promise<BenchOwners> => {
  const big = await client.query<{ id: string }>(`SELECT id FROM users WHERE email = $1`, [BIG_OWNER_EMAIL]);
  const ordinary = await client.query<{ id: string }>(
    `SELECT u.id FROM users u
     CROSS JOIN LATERAL (
       SELECT count(*) AS jobs FROM (SELECT FROM jobs j WHERE j.owner_id = u.id AND NOT j.archived LIMIT 1001) l
     ) c
     WHERE u.email LIKE 'owner-%' AND c.jobs BETWEEN $1 AND $2 ORDER BY u.id LIMIT 200`,
    [ORDINARY.from, ORDINARY.to],
  );
  return { big: big.rows[0]!.id, ordinary: ordinary.rows.map(({ id }) => id) };
};
