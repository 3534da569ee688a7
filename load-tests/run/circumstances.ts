import { cpus } from 'node:os';
import { type BenchDatabase } from '../bench/bench-database';
import { type LoadOptions } from './options';

/** Machine, versions and data of a run, a line each. */
export const circumstances = async (
  { client }: BenchDatabase,
  options: LoadOptions,
  users: number,
): Promise<string[]> => {
  const { rows } = await client.query<{ jobs: string; version: string }>(
    `SELECT (SELECT count(*) FROM jobs) AS jobs, current_setting('server_version') AS version`,
  );
  const processors = cpus();
  const shared = options.machine === undefined ? ', shared by program, Postgres and load' : '';
  return [
    new Date().toISOString(),
    `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'})${shared}`,
    `Node ${process.versions.node}, Postgres ${rows[0]!.version} (embedded)${options.redis ? ', Redis' : ''}`,
    `${rows[0]!.jobs} jobs; ${users} users; limits of requests counted and out of reach`,
    ...(options.seconds === undefined ? [] : [`no phase longer than ${options.seconds} s`]),
    ...(options.times === 1 ? [] : [`phases ${options.times} times as long`]),
    ...(options.rate === 1 ? [] : [`arrivals a second times ${options.rate}`]),
    ...Object.entries(options.environment).map(([name, value]) => `${name}=${value}`),
  ];
};
