import { parseArgs } from 'node:util';
import { positive } from './positive';

/** What the command line of the bench asks for. */
export interface BenchOptions {
  /** Jobs of the big owner, and owners beside it with about 100 jobs each. */
  bigOwnerJobs: number;
  owners: number;
  rounds: number;
  /** Of load for each contestant in each round. */
  seconds: number;
  /** Jobs in the import. */
  importJobs: number;
  dataDir: string;
  /** Runs only the sections whose name contains this. */
  only: string;
  build: boolean;
  /** File of postings for the dataset. */
  postings: string | undefined;
  /** Folder for a CPU profile of the program. */
  cpuProfile: string | undefined;
}

/** How the bench is used. */
export const USAGE = `Usage: npm run bench -- [options]
  --quick            a small dataset and short rounds, to see that everything runs
  --rounds N         rounds (default 5)
  --seconds N        of load for each contestant in each round (default 3)
  --only TEXT        only sections whose name contains the text: reads, cached, metrics, misses, mix, pool, serializer, depth,
                     details, stats, appends, counters, creates, transfer
  --data-dir DIR     folder of the embedded Postgres, kept for the next time (default .data/bench)
  --postings FILE    real postings for the dataset (default sample-data/new-grad-postings.ndjson)
  --no-build         measure dist/ as it is
  --cpu-profile DIR  write a CPU profile of the program there`;

/** @throws Error that says which argument is wrong */
export const parseOptions = (args: string[]): BenchOptions => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      rounds: text,
      seconds: text,
      only: text,
      'data-dir': text,
      postings: text,
      'cpu-profile': text,
    },
  });
  const { quick } = values;
  return {
    bigOwnerJobs: quick ? 10_000 : 1_000_000,
    owners: quick ? 100 : 2000,
    rounds: positive('rounds', values.rounds) ?? (quick ? 1 : 5),
    seconds: positive('seconds', values.seconds, false) ?? (quick ? 0.5 : 3),
    importJobs: quick ? 2000 : 50_000,
    dataDir: values['data-dir'] ?? (quick ? '.data/bench-quick' : '.data/bench'),
    only: values.only ?? '',
    build: !values['no-build'],
    postings: values.postings,
    cpuProfile: values['cpu-profile'],
  };
};
