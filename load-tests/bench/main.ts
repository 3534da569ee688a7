import { openDatabase } from './bench-database';
import { type Bench, type Scenario } from './bench';
import { circumstances } from './circumstances';
import { runCommand } from './command';
import { parseOptions, USAGE, type BenchOptions } from './options';
import { buildProgram, startProgram, UNCACHED } from './program';
import { sectionText } from './report';
import { appends } from './scenarios/appends';
import { cached } from './scenarios/cached';
import { counters } from './scenarios/counters';
import { creates } from './scenarios/creates';
import { depth } from './scenarios/depth';
import { details } from './scenarios/details';
import { firstPage } from './scenarios/first-page';
import { metrics } from './scenarios/metrics';
import { misses } from './scenarios/misses';
import { mix } from './scenarios/mix';
import { pool } from './scenarios/pool';
import { serializer } from './scenarios/serializer';
import { stats } from './scenarios/stats';
import { transfer } from './scenarios/transfer';

/** Reads before writes, so that no read is measured over what a write left to clean up. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  reads: firstPage,
  cached,
  metrics,
  misses,
  mix,
  pool,
  serializer,
  depth,
  details,
  stats,
  appends,
  counters,
  creates,
  transfer,
};

const main = async (options: BenchOptions): Promise<void> => {
  const database = await openDatabase(options);
  try {
    buildProgram(options);
    const program = await startProgram(database.postgres.url, options, UNCACHED);
    try {
      const { rounds, seconds } = options;
      const bench: Bench = {
        options,
        database,
        program,
        rounds: { rounds, seconds, postgresPid: database.postgres.pid },
      };
      console.log(await circumstances(database, options));
      for (const [name, scenario] of Object.entries(SCENARIOS)) {
        if (!name.includes(options.only)) continue;
        for (const section of [await scenario(bench)].flat()) console.log(sectionText(section));
      }
    } finally {
      await program.stop();
    }
  } finally {
    await database.stop();
  }
};

runCommand({ usage: USAGE, parse: parseOptions, main });
