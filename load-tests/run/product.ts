import { startRedis } from '../../test/support/redis-server';
import { openDatabase, type BenchDatabase } from '../bench/bench-database';
import { startProgram, type Program } from '../bench/program';
import { type LoadOptions } from './options';
import { type Profiling } from './profile/profiling';
import { type Scenario } from './scenario';
import { openInside, prepareDataset } from './small/open-inside';
import { SmallMachine } from './small/small-machine';
import { Undoing } from './undoing';

/** Of the program's `/metrics`, which in production are open to nobody without one. */
export const METRICS_TOKEN = 'the-metrics-of-a-load-run-are-not-secret';

/** All that is put under load. */
export interface Product {
  database: BenchDatabase;
  program: Program;
  /** What it is held to. */
  machine: SmallMachine | undefined;
  /** What the report has to tell of how it was started. */
  notes: readonly string[];
}

/** Starts the product, on a small machine where that is asked for; `use` is what is done with it, and all ends with it. */
export const withProduct = async <T>(
  { script }: Scenario,
  options: LoadOptions,
  profiling: Profiling | undefined,
  use: (product: Product) => Promise<T>,
): Promise<T> => {
  const choice = { ...options, postings: undefined };
  const notes = options.machine === undefined ? [] : await prepareDataset(choice);
  const undoing = new Undoing();
  return undoing.after(async () => {
    const machine = options.machine && SmallMachine.open(options.machine);
    if (machine !== undefined) undoing.add(() => machine.remove());
    const within = <S>(start: () => Promise<S>): Promise<S> => machine?.within(start) ?? start();
    const database = await (machine === undefined
      ? openDatabase(choice, profiling?.settings)
      : openInside(machine, choice, profiling?.settings));
    undoing.add(() => database.stop());
    const redis = options.redis ? await within(() => startRedis()) : undefined;
    if (redis !== undefined) undoing.add(() => redis.stop());
    const { environment } = script.config.product;
    const program = await within(() =>
      startProgram(
        database.postgres.url,
        { cpuProfile: profiling?.folder, dist: options.dist },
        {
          METRICS_TOKEN,
          // As in production: a program that refuses requests under this load has failed.
          LOAD_SHEDDING_ENABLED: 'true',
          ...(redis !== undefined && { REDIS_URL: redis.url }),
          ...machine?.environment,
          ...environment,
          ...options.environment,
        },
      ),
    );
    undoing.add(() => program.stop());
    return use({ database, program, machine, notes });
  });
};
