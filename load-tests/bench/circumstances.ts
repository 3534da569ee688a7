import { cpus } from 'node:os';
import { type BenchDatabase } from './bench-database';
import { CLIENTS } from './load';
import { type BenchOptions } from './options';

/** On what and how it is measured, as Markdown: a figure says nothing without it. */
export const circumstances = async (
  { client }: Pick<BenchDatabase, 'client'>,
  options: Pick<BenchOptions, 'rounds' | 'seconds'>,
): Promise<string> => {
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
