import { once } from 'node:events';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrateDatabase } from '../../src/schema';
import { copyLine } from './copy-text';
import { EVENT_COLUMNS, JOB_COLUMNS, JobMaker } from './job-maker';
import { LightSchema } from './light-schema';
import { createOwners, OwnerDealer, type Owners } from './owners';
import { readPostings } from './postings';
import { Random } from './random';
import { verifyDataset, type DatasetCounts } from './verify-dataset';
import { readStatuses } from './workflow-statuses';

/** Jobs that go to Postgres in one COPY: bounds memory on both sides. */
const BATCH = 5000;

/** Tables that are filled. */
const TABLES = [
  'users',
  'jobs',
  'job_search',
  'job_status_events',
  'job_count_deltas',
  'job_counts',
  'company_counts',
];

/** How far back the jobs begin. Milliseconds. */
const TWO_YEARS = 2 * 365 * 86_400_000;

/** What to make. */
export interface DatasetOptions {
  /** Database to fill; migrated first. */
  url: string;
  /** Jobs in all. */
  jobs: number;
  /** How many of them belong to the big owner. Default: a tenth. */
  bigOwnerJobs?: number;
  /** Owners beside the big one; a few of them have many times more jobs than most. Default: one per 100 jobs. */
  owners?: number;
  /** The same seed and `until` give the same rows. Default 1. */
  seed?: number;
  /** Nothing in the dataset happens later. Default: now. */
  until?: Date;
  /** File of postings to draw from. Default: those in `sample-data`. */
  postings?: string;
  /** Told what is being done and how much of it is done. Default: nobody. */
  progress?: (stage: 'rows' | 'indexes' | 'counts' | 'vacuum' | 'check', done: number, total: number) => void;
}

/** What was made. */
export interface Dataset extends DatasetCounts {
  /** Ids of the owners. */
  owners: Owners;
}

/**
 * Fills a database with jobs and their trails, about three events a job over two years, by COPY, in one
 * transaction and constant memory; then VACUUM ANALYZE and a check. Other sessions wait meanwhile. A database
 * takes one dataset.
 * @throws Error when it has one already, or when the check finds the trail untrue
 */
export const generateDataset = async (options: DatasetOptions): Promise<Dataset> => {
  await migrateDatabase(options.url);
  const client = new Client({ connectionString: options.url, application_name: 'jobtrail dataset' });
  await client.connect();
  try {
    await client.query('BEGIN');
    const owners = await load(client, options);
    await client.query('COMMIT');
    options.progress?.('vacuum', 0, 1);
    await client.query(`VACUUM (ANALYZE) ${TABLES.join(', ')}`);
    options.progress?.('check', 0, 1);
    return { ...(await verifyDataset(client)), owners };
  } finally {
    // Ending the session also rolls an unfinished load back.
    await client.end();
  }
};

const load = async (client: Client, options: DatasetOptions): Promise<Owners> => {
  const { jobs, progress, seed = 1 } = options;
  const until = (options.until ?? new Date()).getTime();
  await client.query(`SET LOCAL maintenance_work_mem = '256MB'`);
  await client.query(`SET LOCAL statement_timeout = 0`);
  const random = new Random(seed);
  const count = Math.max(1, options.owners ?? Math.ceil(jobs / 100));
  const owners = await createOwners(client, random, count, until - TWO_YEARS);
  const bigOwnerJobs = Math.min(jobs, options.bigOwnerJobs ?? Math.round(jobs / 10));
  const dealer = new OwnerDealer(random, owners, jobs, bigOwnerJobs);
  const maker = new JobMaker(random, readPostings(options.postings), await readStatuses(client), until);
  const light = await LightSchema.take(client);
  // While Postgres takes one batch in, the next is made.
  let copied: Promise<void> = Promise.resolve();
  for (let first = 0; first < jobs; first += BATCH) {
    let jobRows = '';
    let eventRows = '';
    for (let number = first; number < Math.min(jobs, first + BATCH); number += 1) {
      const createdAt = Math.floor(until - TWO_YEARS + ((number + random.fraction()) / jobs) * TWO_YEARS);
      const job = maker.make(number, dealer.next(), createdAt);
      jobRows += copyLine(job.row);
      for (const event of job.events) eventRows += copyLine(event);
    }
    await copied;
    copied = copyBoth(client, jobRows, eventRows);
    progress?.('rows', Math.min(jobs, first + BATCH), jobs);
  }
  await copied;
  let built = 0;
  progress?.('indexes', 0, light.size);
  await light.restore(() => progress?.('indexes', ++built, light.size));
  progress?.('counts', 0, 1);
  await client.query('SELECT recount_all_jobs()');
  progress?.('counts', 1, 1);
  return owners;
};

const copyBoth = async (client: Client, jobRows: string, eventRows: string): Promise<void> => {
  await copy(client, `COPY jobs (${JOB_COLUMNS}) FROM STDIN`, jobRows);
  await copy(client, `COPY job_status_events (${EVENT_COLUMNS}) FROM STDIN`, eventRows);
};

const copy = async (client: Client, text: string, rows: string): Promise<void> => {
  const stream = client.query(copyFrom(text));
  const finished = once(stream, 'finish');
  stream.end(rows);
  await finished;
};
