import { parseArgs } from 'node:util';
import { positive } from '../bench/positive';
import { datasetOf } from './dataset-of';
import { SCENARIOS } from './scenarios';

/** What the command line asks for. */
export interface GrowthOptions {
  /** Numbers of jobs, from the smallest to the largest. */
  sizes: number[];
  rounds: number;
  /** Of load for each contestant in each round. */
  seconds: number;
  /** Most rounds of warming up that each contestant is given; `undefined`: as the bench. */
  warmUp: number | undefined;
  /** Holds a data folder for each size. */
  dataDir: string;
  /** Runs only the scenarios whose name contains this. */
  only: string;
  /** A small run to see that everything works: nothing decides. */
  quick: boolean;
  /** Earlier figures that the report is made of, without measuring. */
  from: string | undefined;
  build: boolean;
  /** Folder that the program was compiled into; `undefined`: `dist`. */
  dist: string | undefined;
  /** File of postings for the datasets. */
  postings: string | undefined;
  /** Folder of the report. */
  report: string;
  /** Folder of the SVG files; default: the report's. */
  svgDir: string;
}

/** How it is used. */
export const USAGE = `Usage: npm run bench:growth -- [options]
  --quick        2000, 6000 and 20000 jobs and short rounds, to see that everything runs; nothing decides
  --sizes N,N    numbers of jobs, multiples of 1000 (default 100000,1000000,10000000)
  --rounds N     rounds (default 3)
  --seconds N    of load for each contestant in each round (default 2)
  --only TEXT    only scenarios whose name contains the text: first-page, deep-page, history, total, total-exact,
                 total-filtered, total-filtered-exact, search, search-days, stats, append
  --data-dir DIR folder with a data folder of the embedded Postgres for each size, kept for the next time
                 (default .data/growth)
  --postings FILE real postings for the datasets (default sample-data/new-grad-postings.ndjson)
  --report DIR   folder for report.html, figures.json and the plots (default .data/growth-report)
  --svg-dir DIR  folder for the plots, growth-*.svg
  --from FILE    make the report again from the figures.json of an earlier run, without measuring
  --no-build     measure dist/ as it is
  --dist DIR     measure the program that was compiled into this folder
Exit code 1 says that a bound was missed.`;

const knownScenario = (only: string): string => {
  if (!SCENARIOS.some(({ name }) => name.includes(only)))
    throw new Error(`--only ${only} is no part of the name of a scenario`);
  return only;
};

const sizesOf = (text: string): number[] => {
  const sizes = [...new Set(text.split(',').map((one) => Number(one.replaceAll('_', ''))))];
  // Refuses what makes no dataset.
  for (const size of sizes) datasetOf(size);
  return sizes.sort((a, b) => a - b);
};

/** @throws Error that says which argument is wrong */
export const parseOptions = (args: string[]): GrowthOptions => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      sizes: text,
      rounds: text,
      seconds: text,
      only: text,
      'data-dir': text,
      postings: text,
      report: text,
      'svg-dir': text,
      from: text,
      dist: text,
    },
  });
  const { quick, dist, from, postings, only = '' } = values;
  const report = values.report ?? '.data/growth-report';
  return {
    sizes: sizesOf(values.sizes ?? (quick ? '2000,6000,20000' : '100000,1000000,10000000')),
    rounds: positive('rounds', values.rounds) ?? (quick ? 1 : 3),
    seconds: positive('seconds', values.seconds, false) ?? (quick ? 0.1 : 2),
    warmUp: quick ? 0 : undefined,
    dataDir: values['data-dir'] ?? '.data/growth',
    only: knownScenario(only),
    quick,
    from,
    build: !values['no-build'] && dist === undefined && from === undefined,
    dist,
    postings,
    report,
    svgDir: values['svg-dir'] ?? report,
  };
};
