import { parseArgs } from 'node:util';
import { positive } from '../bench/positive';
import { SMALL, type MachineSize } from './small/machine-size';

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
  /** Folder that the program was compiled into. */
  dist: string;
  /** Further environment variables of the program. */
  environment: Record<string, string>;
  /** What the product is held to; nothing: it shares the machine with the load. */
  machine: MachineSize | undefined;
  /** Longest that a phase may last, in seconds. */
  seconds: number | undefined;
  /** Arrivals a second times this. */
  rate: number;
  /** How many times as long phases last. */
  times: number;
  /** Judges the run again whose figures are in `out`; nothing is run. */
  again: boolean;
  /** Whether to find out what the time goes to. */
  profile: boolean;
  /** Folder of the plots as SVG files. */
  plots: string | undefined;
}

/** How a load run is started. */
export const USAGE = `Usage: npm run load -- SCENARIO [options]
  --small           holds the program and Postgres together to a core and 1 GiB; the load comes from the other cores
  --cores N         the same with so many cores (default 1) ...
  --memory MIB      ... and so much memory (default 1024)
  --seconds N       no phase lasts longer
  --times FACTOR    phases last this times as long, as 2
  --rate FACTOR     arrivals a second times this, as 0.5
  --profile         finds what the program's and Postgres's time goes to: tables in the report, a CPU profile beside it
  --plots DIR       writes the plots as SVG files too: SCENARIO-memory.svg and others
  --again           runs nothing: judges the last run anew, from what it left in --out, and writes its report again
  --quick           short phases and a small dataset, to see that everything runs; its times decide nothing
  --owners N        owners in the dataset, with about 100 jobs each, beside one with twenty times as many as N
                    (default 1000)
  --redis           with a Redis that is started for the run (redis-server on the PATH)
  --env NAME=VALUE  a setting of the program; may come several times
  --data-dir DIR    folder of the embedded Postgres, kept for the next time (default .data/load)
  --out DIR         folder of the report (default .data/load-reports/SCENARIO)
  --no-build        run dist/ as it is
  --dist DIR        run what was compiled into this folder; nothing is built`;

const setting = (text: string): [string, string] => {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`--env wants NAME=VALUE, not ${text}`);
  return [name, value];
};

/** One of the two alone means the other of a small machine. */
const machineOf = (values: {
  small: boolean;
  cores?: string | undefined;
  memory?: string | undefined;
}): MachineSize | undefined => {
  const cores = positive('cores', values.cores);
  const megabytes = positive('memory', values.memory);
  if (!values.small && cores === undefined && megabytes === undefined) return undefined;
  return { cores: cores ?? SMALL.cores, megabytes: megabytes ?? SMALL.megabytes };
};

/** What has a meaning for a run that is over. */
const FOR_AGAIN = ['again', 'quick', 'out', 'plots'];

/** @throws Error that names what would change nothing of a run that is over */
const refuseWithAgain = (values: object): void => {
  const idle = Object.entries(values).filter(
    ([name, value]: [string, unknown]) =>
      !FOR_AGAIN.includes(name) && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  if (idle.length > 0)
    throw new Error(
      `--again runs nothing, so ${idle.map(([name]) => `--${name}`).join(', ')} would change nothing`,
    );
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
      again: flag,
      small: flag,
      profile: flag,
      'no-build': flag,
      cores: text,
      memory: text,
      seconds: text,
      times: text,
      rate: text,
      plots: text,
      dist: text,
      owners: text,
      'data-dir': text,
      out: text,
      env: { type: 'string', multiple: true, default: [] },
    },
  });
  const [scenario, ...more] = positionals;
  if (scenario === undefined || more.length > 0) throw new Error('Name one scenario');
  const { quick, redis, again, profile } = values;
  if (again) refuseWithAgain(values);
  const owners = positive('owners', values.owners) ?? (quick ? 50 : 1000);
  return {
    scenario,
    quick,
    redis,
    again,
    profile,
    owners,
    bigOwnerJobs: owners * 20,
    dataDir: values['data-dir'] ?? (quick ? '.data/load-quick' : '.data/load'),
    out: values.out ?? `.data/load-reports/${scenario}${quick ? '-quick' : ''}`,
    build: !values['no-build'] && values.dist === undefined,
    dist: values.dist ?? 'dist',
    environment: Object.fromEntries(values.env.map(setting)),
    machine: machineOf(values),
    seconds: positive('seconds', values.seconds),
    times: positive('times', values.times, false) ?? 1,
    rate: positive('rate', values.rate, false) ?? 1,
    plots: values.plots,
  };
};
