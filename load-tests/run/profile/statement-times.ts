import { type Client } from 'pg';

/** A statement that Postgres ran, by `pg_stat_statements`. Times in milliseconds. */
export interface StatementTime {
  /** As the program names it, such as `jobs.page`; the beginning of its text where it has no name. */
  name: string;
  calls: number;
  /** With planning. */
  total: number;
  planning: number;
  rows: number;
  /** Pages of 8 KiB that were found in Postgres's buffers, and that were not. */
  hits: number;
  reads: number;
  /** What all statements took together, also those that are not told. */
  ofAll: number;
}

/** What Postgres has to be started with. */
export const STATEMENT_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
} as const;

/** Those that take the most are told. */
const MOST = 20;

/** Begins to count. @throws Error where the server was not started with `STATEMENT_SETTINGS` */
export const forgetStatements = async (client: Client): Promise<void> => {
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await client.query('SELECT pg_stat_statements_reset()');
};

/**
 * What the statements since took, those that took the most first. Shapes of one name are taken together.
 */
export const statementTimes = async (client: Client): Promise<StatementTime[]> => {
  const { rows } = await client.query<StatementTime>(
    `SELECT coalesce(substring(query FROM '^\\w+ /\\* (\\S+) \\*/'), left(regexp_replace(query, '\\s+', ' ', 'g'), 80)) AS name,
            sum(calls)::float8 AS calls, sum(total_exec_time + total_plan_time)::float8 AS total,
            sum(total_plan_time)::float8 AS planning, sum(rows)::float8 AS rows,
            sum(shared_blks_hit)::float8 AS hits, sum(shared_blks_read)::float8 AS reads,
            (sum(sum(total_exec_time + total_plan_time)) OVER ())::float8 AS "ofAll"
     FROM pg_stat_statements
     WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
     GROUP BY 1 ORDER BY total DESC LIMIT ${MOST}`,
  );
  return rows;
};
