import { parseArgs } from 'node:util';

/** What the command line of the generator asks for. */
export interface DatasetCommand {
  jobs: number;
  bigOwnerJobs: number | undefined;
  owners: number | undefined;
  seed: number | undefined;
  url: string | undefined;
  dataDir: string;
  postings: string | undefined;
}

/** How the generator is used. */
export const USAGE = `Usage: npm run dataset -- --jobs 1000000 [options]
  --jobs N        jobs in all (default 100000), about three status events each
  --big-owner N   how many of them belong to one owner (default: a tenth)
  --owners N      owners of the others (default: one per 100 jobs)
  --url URL       database to fill (default: the embedded Postgres of npm start)
  --data-dir DIR  folder of the embedded Postgres (default .data)
  --seed N        another seed, other rows (default 1)
  --postings FILE real postings to draw from (default sample-data/new-grad-postings.ndjson)`;

const wholeNumber = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const digits = text.replaceAll('_', '');
  if (!/^\d{1,9}$/.test(digits)) throw new Error(`--${name} must be a whole number, not ${text}`);
  return Number(digits);
};

/** @throws Error that says which argument is wrong */
export const parseCommandLine = (args: string[]): DatasetCommand => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      jobs: text,
      owners: text,
      seed: text,
      url: text,
      postings: text,
      'big-owner': text,
      'data-dir': text,
    },
  });
  return {
    jobs: wholeNumber('jobs', values.jobs) ?? 100_000,
    bigOwnerJobs: wholeNumber('big-owner', values['big-owner']),
    owners: wholeNumber('owners', values.owners),
    seed: wholeNumber('seed', values.seed),
    url: values.url,
    dataDir: values['data-dir'] ?? '.data',
    postings: values.postings,
  };
};
