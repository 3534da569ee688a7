import { statement, unprepared } from '../platform/database';

/** Connections to this database by what they do, those to the server in all, and how many it takes. */
export const CONNECTIONS = statement(
  'system.connections',
  `SELECT current_setting('server_version') AS version,
          current_setting('max_connections')::integer AS "maxConnections",
          count(*)::integer AS "allConnections",
          (SELECT coalesce(json_object_agg(state, number), '{}') FROM (
             SELECT coalesce(state, 'unknown') AS state, count(*) AS number FROM pg_stat_activity
             WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
           ) s) AS states
   FROM pg_stat_activity WHERE backend_type = 'client backend'`,
);

/** The schema that the extension is in, quoted as an identifier. */
export const STATEMENTS_SCHEMA = statement(
  'system.statements-schema',
  `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e
   JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`,
);

/** Characters of a statement's text that are told. */
const MOST_TEXT = 1_000;

/** Statements that are told. */
const MOST_STATEMENTS = 10;

/**
 * The statements of this database that take the longest on average. Only of kinds whose constants the extension
 * replaces by placeholders, so that no value comes along. `schema` is quoted already.
 */
export const slowestStatements = (schema: string) =>
  unprepared(
    `SELECT left(query, ${MOST_TEXT}) AS statement, calls::float8 AS calls, rows::float8 AS rows,
            mean_exec_time AS "meanMs", max_exec_time AS "maxMs", total_exec_time AS "totalMs"
     FROM ${schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query ~* '^\\s*(/\\*.*?\\*/\\s*)?(select|insert|update|delete|with|merge)\\M'
     ORDER BY mean_exec_time DESC LIMIT ${MOST_STATEMENTS}`,
    'system.slowest-statements',
  );
