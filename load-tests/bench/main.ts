import { cpus } from 'node:os';
import { openDatabase, type BenchDatabase } from './bench-database';
import { type Bench, type Scenario } from './bench';
import { CLIENTS } from './load';
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
import { stats } from './scenarios/stats';
import { transfer } from './scenarios/transfer';

/** Reads before writes, so that no read is measured over what a write left to clean up. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  reads: firstPage,
  cached,
  metrics,
  misses,
  mix,
  depth,
  details,
  stats,
  appends,
  counters,
  creates,
  transfer,
};

const describe = async ({ client }: BenchDatabase, options: BenchOptions): Promise<string> => {
  const { rows } = await client.query<{ jobs: string; events: string; version: string }>(
    `SELECT (SELECT count(*) FROM jobs) AS jobs, (SELECT count(*) FROM job_status_events) AS events,
            current_setting('server_version') AS version`,
  );
  const { jobs, events, version } = rows[0]!;
  const processors = cpus();
  return (
    `${new Date().toISOString().slice(0, 10)}, ${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), ` +
    `Node ${process.versions.node}, Postgres ${version} (embedded, default settings); ${jobs} jobs, ${events} events; ` +
    `${CLIENTS} clients, medians of ${options.rounds} alternating rounds of ${options.seconds} s.\n` +
    'Node and Postgres: CPU time a request takes in the server process and in Postgres.\n'
  );
};

const main = async (): Promise<void> => {
  const options = parseOptions(process.argv.slice(2));
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
      console.log(await describe(database, options));
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

// Exit handlers stop what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().catch((error: unknown) => {
  console.error(error);
  console.error(USAGE);
  process.exitCode = 1;
});
