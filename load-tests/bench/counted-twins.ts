import { Client } from 'pg';
import { generateDataset } from '../dataset/generate-dataset';
import { type Owners } from '../dataset/owners';
import { type Bench } from './bench';
import { whileFolding, type Folding } from './folding';
import { startProgram, UNCACHED, type Program } from './program';

/** A program on a database of its own. */
export interface Twin {
  program: Program;
  client: Client;
}

/** The same program on two copies of one database: one counts as it is written to, the other does not. */
export interface Twins {
  counted: Twin;
  uncounted: Twin;
  owners: Owners;
  /** Of the counted one. */
  folding: Folding;
}

/** Names of the two databases. Made anew each time: writes leave them different. */
const COUNTED = 'bench_counted';
const UNCOUNTED = 'bench_uncounted';

/** Runs `work` with the twins on the bench's Postgres. */
export const withTwins = async <T>(bench: Bench, work: (twins: Twins) => Promise<T>): Promise<T> => {
  const { client, postgres } = bench.database;
  const drop = async (): Promise<void> => {
    for (const name of [COUNTED, UNCOUNTED])
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  const urlOf = (name: string): string => Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  await drop();
  try {
    await client.query(`CREATE DATABASE ${COUNTED}`);
    const owners = await fill(urlOf(COUNTED), bench);
    await client.query(`CREATE DATABASE ${UNCOUNTED} TEMPLATE ${COUNTED} STRATEGY file_copy`);
    return await withTwin(bench, urlOf(UNCOUNTED), async (uncounted) => {
      await stopCounting(uncounted.client);
      return withTwin(bench, urlOf(COUNTED), (counted) =>
        whileFolding(urlOf(COUNTED), (folding) => work({ counted, uncounted, owners, folding })),
      );
    });
  } finally {
    await drop();
  }
};

/** A tenth of the bench's jobs, and enough that nothing fits into a few pages. */
const fill = async (url: string, { options }: Bench): Promise<Owners> => {
  const jobs = Math.max(20_000, Math.round(options.bigOwnerJobs / 10));
  const { owners } = await generateDataset({
    url,
    jobs,
    bigOwnerJobs: Math.round(jobs / 4),
    ...(options.postings !== undefined && { postings: options.postings }),
  });
  return owners;
};

const withTwin = async <T>(bench: Bench, url: string, work: (twin: Twin) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url, application_name: 'jobtrail bench' });
  await client.connect();
  try {
    const program = await startProgram(url, bench.options, UNCACHED);
    try {
      return await work({ program, client });
    } finally {
      await program.stop();
    }
  } finally {
    await client.end();
  }
};

/** Turns the triggers off that count; all others stay. */
const stopCounting = async (client: Client): Promise<void> => {
  const { rows } = await client.query<{ table: string; name: string }>(
    `SELECT tgrelid::regclass::text AS "table", quote_ident(tgname) AS name FROM pg_trigger
     WHERE NOT tgisinternal AND tgname LIKE '%\\_count\\_%'`,
  );
  if (rows.length === 0) throw new Error('No trigger counts');
  for (const { table, name } of rows) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${name}`);
};
