import { parseArgs } from 'node:util';

/** What the command line of a load run asks for. */
export interface LoadOptions {
  /** Name of a file in `artillery/scenarios`, without its ending. */
  scenario: string;
  /** Short phases, to see that everything runs; times are told and decide nothing. */
  quick: boolean;
  /** Jobs of the owner with the most, and owners beside it with about 100 jobs each. */
  bigOwnerJobs: number;
  owners: number;
  dataDir: string;
  /** Folder of the report. */
  out: string;
  build: boolean;
  /** Whether the program shares cache and limits through a Redis. */
  redis: boolean;
  /** Further environment variables of the program. */
  environment: Record<string, string>;
}

/** How a load run is started. */
export const USAGE = `Usage: npm run load -- SCENARIO [options]
  --quick           short phases and a small dataset, to see that everything runs; its times decide nothing
  --owners N        owners in the dataset, with about 100 jobs each, beside one with twenty times as many as N
                    (default 1000)
  --redis           with a Redis that is started for the run (redis-server on the PATH)
  --env NAME=VALUE  a setting of the program; may come several times
  --data-dir DIR    folder of the embedded Postgres, kept for the next time (default .data/load)
  --out DIR         folder of the report (default .data/load-reports/SCENARIO)
  --no-build        run dist/ as it is`;

const setting = (text: string): [string, string] => {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`--env wants NAME=VALUE, not ${text}`);
  return [name, value];
};

/** @throws Error that says which argument is wrong */
export const parseOptions = (args: string[]): LoadOptions => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: flag,
      redis: flag,
      'no-build': flag,
      owners: text,
      'data-dir': text,
      out: text,
      env: { type: 'string', multiple: true, default: [] },
    },
  });
  const [scenario, ...more] = positionals;
  if (scenario === undefined || more.length > 0) throw new Error('Name one scenario');
  const { quick, redis } = values;
  const owners = Number(values.owners ?? (quick ? 50 : 1000));
  if (!Number.isInteger(owners) || owners < 1) throw new Error('--owners must be a whole number above 0');
  return {
    scenario,
    quick,
    redis,
    owners,
    bigOwnerJobs: owners * 20,
    dataDir: values['data-dir'] ?? (quick ? '.data/load-quick' : '.data/load'),
    out: values.out ?? `.data/load-reports/${scenario}${quick ? '-quick' : ''}`,
    build: !values['no-build'],
    environment: Object.fromEntries(values.env.map(setting)),
  };
};
