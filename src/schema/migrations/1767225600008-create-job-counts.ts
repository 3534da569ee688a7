import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Cells that statistics and totals are summed from, and the deltas by which writers change them without waiting. */
export class CreateJobCounts1767225600008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner);
    await createCells(runner);
    await createStays(runner);
    await createFold(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP FUNCTION fold_job_counts(integer), job_count_truth(uuid, timestamptz, timestamptz)`,
    );
    await runner.query(
      `DROP FUNCTION job_stays(uuid), job_count_cells(jobs), job_count_ms(jobs), job_count_keys(jobs), job_count_figures()`,
    );
    await runner.query(
      `DROP FUNCTION slack_key(date, timestamptz), histogram_floor(numeric), epoch_ms(timestamptz), local_day_start(date, text),
         utc_day(timestamptz)`,
    );
    await runner.query(`DROP TABLE company_counts, job_counts, job_count_deltas`);
  }
}

/**
 * Rows of `job_counts` are updated in place all the time: room is left in their pages, so that an update stays
 * in its page and out of the index. Companies need an index that every update writes, and so a table apart.
 */
const createTables = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE TABLE job_count_deltas (
      owner_id    uuid        NOT NULL,
      id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
      workflow_id varchar(50) NOT NULL,
      cohort      date        NOT NULL,
      figure      varchar(30) NOT NULL,
      key         text        COLLATE "C" NOT NULL,
      jobs        bigint      NOT NULL,
      ms          numeric     NOT NULL,
      CONSTRAINT pk_job_count_deltas PRIMARY KEY (owner_id, id)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000)`);
  await runner.query(`
    CREATE TABLE job_counts (
      owner_id    uuid        NOT NULL,
      cohort      date        NOT NULL,
      figure      varchar(30) NOT NULL,
      key         text        COLLATE "C" NOT NULL,
      workflow_id varchar(50) NOT NULL,
      jobs        bigint      NOT NULL,
      ms          numeric     NOT NULL,
      CONSTRAINT pk_job_counts PRIMARY KEY (owner_id, figure, cohort, key, workflow_id)
    ) WITH (fillfactor = 80)`);
  await runner.query(`
    CREATE TABLE company_counts (
      owner_id    uuid        NOT NULL,
      workflow_id varchar(50) NOT NULL,
      company_key text        COLLATE "C" NOT NULL,
      jobs        bigint      NOT NULL,
      CONSTRAINT pk_company_counts PRIMARY KEY (owner_id, workflow_id, company_key)
    )`);
  await runner.query(
    `CREATE INDEX ix_company_counts_top ON company_counts (owner_id, workflow_id, jobs DESC, company_key)`,
  );
};

/**
 * What a job adds to the cells, by its row alone; nothing else says what is counted. A job adds to a figure where its key
 * is not null. Texts of times are made by
 * `to_char` of a `timestamp`, which no session setting changes; a `date` would go through the session's time zone, and
 * some zones lack a day.
 *
 * - `local_day_start` is the first moment of a day in a time zone, also where clocks that are set back make its midnight
 *   come twice.
 * - `histogram_floor` keeps the seven highest bits of a whole number: buckets as in an HDR histogram, each at most
 *   1/64 of its value wide, so that its middle is within 0.8 % of all that is in it.
 * - `slack_key` is how many quarters of an hour after the end of the deadline's UTC day it was met, plus 100, between
 *   043 (in time everywhere) and 148 (late everywhere): a local day ends at most 14 h before and 12 h after UTC's.
 */
const CELLS: readonly { figure: string; key: string; ms?: string }[] = [
  {
    figure: 'status',
    key: `CASE WHEN j.archived_at IS NULL THEN j.current_status::text END`,
    ms: `epoch_ms(j.current_status_at)`,
  },
  {
    figure: 'archived',
    key: `CASE WHEN j.archived_at IS NOT NULL THEN j.current_status::text END`,
    ms: `epoch_ms(j.current_status_at)`,
  },
  { figure: 'created_day', key: `to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')` },
  {
    figure: 'created_quarter',
    key: `to_char(date_bin('15 minutes', j.created_at AT TIME ZONE 'UTC', timestamp '2000-01-01'), 'YYYY-MM-DD"T"HH24:MI')`,
  },
  { figure: 'company', key: `j.company_key` },
  { figure: 'applied', key: `CASE WHEN j.applied_at IS NOT NULL THEN '' END` },
  { figure: 'answered', key: `CASE WHEN j.answered_at IS NOT NULL THEN '' END` },
  {
    figure: 'offer',
    key: `CASE WHEN j.applied_at < j.offered_at
               THEN lpad(histogram_floor(epoch_ms(j.offered_at) - epoch_ms(j.applied_at))::text, 18, '0') END`,
    ms: `epoch_ms(j.offered_at) - epoch_ms(j.applied_at)`,
  },
  {
    figure: 'deadline_open',
    key: `CASE WHEN j.deadline_met_at IS NULL AND j.archived_at IS NULL AND j.current_status_category IN ('todo', 'active')
               THEN to_char(j.deadline::timestamp, 'YYYY-MM-DD') END`,
  },
  { figure: 'deadline_slack', key: `slack_key(j.deadline, j.deadline_met_at)` },
  {
    figure: 'deadline_slack_day',
    key: `CASE WHEN slack_key(j.deadline, j.deadline_met_at) NOT IN ('043', '148')
               THEN slack_key(j.deadline, j.deadline_met_at) || ':' || to_char(j.deadline::timestamp, 'YYYY-MM-DD') END`,
  },
];

/**
 * Written for speed, since each write calls them: Postgres puts an expression in the place of such a call, if it is not
 * STRICT, and arrays cost a tenth of rows of VALUES, whose expressions it prepares anew for each row.
 */
const createCells = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION utc_day(value timestamptz) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (value AT TIME ZONE 'UTC')::date`);
  await runner.query(`
    CREATE FUNCTION local_day_start(day date, zone text) RETURNS timestamptz LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN ((day::timestamp AT TIME ZONE zone) - interval '1 hour') AT TIME ZONE zone >= day
      THEN (day::timestamp AT TIME ZONE zone) - interval '1 hour' ELSE day::timestamp AT TIME ZONE zone END`);
  await runner.query(`
    CREATE FUNCTION epoch_ms(value timestamptz) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN round(extract(epoch FROM value - timestamptz '1970-01-01 00:00:00Z') * 1000)`);
  await runner.query(`
    CREATE FUNCTION histogram_floor(value numeric) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN value < 128 THEN value::bigint
      ELSE (value::bigint >> (length(ltrim(value::bigint::bit(64)::text, '0')) - 7))
           << (length(ltrim(value::bigint::bit(64)::text, '0')) - 7) END`);
  await runner.query(`
    CREATE FUNCTION slack_key(deadline date, met_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN deadline IS NOT NULL AND met_at IS NOT NULL THEN
      lpad((100 + greatest(-57, least(48, floor(
        extract(epoch FROM met_at - ((deadline + 1)::timestamp AT TIME ZONE 'UTC')) / 900))))::text, 3, '0') END`);
  await runner.query(`
    CREATE FUNCTION job_count_figures() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY[${CELLS.map(({ figure }) => `'${figure}'`).join(', ')}]`);
  await runner.query(`
    CREATE FUNCTION job_count_keys(j jobs) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ARRAY[${CELLS.map(({ key }) => key).join(', ')}]`);
  await runner.query(`
    CREATE FUNCTION job_count_ms(j jobs) RETURNS numeric[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ARRAY[${CELLS.map(({ ms = '0' }) => ms).join(', ')}]`);
  await runner.query(`
    CREATE FUNCTION job_count_cells(j jobs) RETURNS TABLE (figure text, key text, jobs bigint, ms numeric)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT c.figure, c.key, 1::bigint, c.ms
      FROM unnest(job_count_figures(), job_count_keys(j), job_count_ms(j)) c (figure, key, ms) WHERE c.key IS NOT NULL
    $$`);
};

/** SQL of the stays in a status that have ended: from each event to the next in the order of the history of its job. */
export const endedStays = (events: string): string => `
  SELECT s.job_id, s.status, epoch_ms(s.ended_at) - epoch_ms(s.occurred_at) AS ms FROM (
    SELECT e.job_id, e.status, e.occurred_at,
           lead(e.occurred_at) OVER (PARTITION BY e.job_id ORDER BY e.occurred_at, e.seq) AS ended_at
    FROM ${events}
  ) s WHERE s.ended_at IS NOT NULL`;

/** The stays of one job, and what the cells of an owner should be. */
const createStays = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION job_stays(job uuid) RETURNS TABLE (status varchar, ms numeric) LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT e.status, e.ms FROM (${endedStays('job_status_events e WHERE e.job_id = job')}) e
    $$`);
  await runner.query(`
    CREATE FUNCTION job_count_truth(owner uuid, created_from timestamptz, created_until timestamptz)
    RETURNS TABLE (workflow_id varchar, cohort date, figure text, key text, jobs bigint, ms numeric)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT j.workflow_id, utc_day(j.created_at), c.figure, c.key, sum(c.jobs)::bigint, sum(c.ms)
      FROM jobs j CROSS JOIN LATERAL (
        SELECT * FROM job_count_cells(j)
        UNION ALL
        SELECT 'stay', s.status, 1, s.ms FROM job_stays(j.id) s
      ) c
      WHERE j.owner_id = owner AND j.archived IN (false, true)
        AND j.created_at >= created_from AND j.created_at < created_until
      GROUP BY 1, 2, 3, 4
    $$`);
};

/** Cells that a fold keeps besides, as SQL over the table `spread`. */
export interface CoarseCells {
  /** Their figures: a delta of one, which only a hand writes, is no change of what they sum and comes to nothing. */
  figures: readonly string[];
  /** Common table expressions, each with a comma behind it. */
  tables: string;
  /** What is added to the rows that are inserted. */
  rows: string;
}

/**
 * Moves deltas into the cells of all time and of their day; gives how many. One transaction at a time does it: others
 * get 0 at once. Cells that have come to nothing are deleted.
 */
export const createFold = (
  runner: QueryRunner,
  coarse: CoarseCells = { tables: '', rows: '', figures: [] },
): Promise<unknown> =>
  runner.query(`
    CREATE OR REPLACE FUNCTION fold_job_counts(most integer) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE
      folded integer;
      empty_cells tid[];
      empty_companies tid[];
    BEGIN
      IF NOT pg_try_advisory_xact_lock(hashtext('jobtrail.fold_job_counts')) THEN RETURN 0; END IF;
      WITH taken AS (
        DELETE FROM job_count_deltas d
        WHERE d.ctid = ANY (ARRAY(SELECT ctid FROM job_count_deltas LIMIT most))
        RETURNING d.*
      ), spread AS MATERIALIZED (
        SELECT t.owner_id, c.cohort, t.figure, t.key, t.workflow_id, sum(t.jobs)::bigint AS jobs, sum(t.ms) AS ms
        FROM taken t CROSS JOIN LATERAL (VALUES (date '-infinity'), (t.cohort)) c (cohort)
        WHERE (c.cohort = '-infinity' OR t.figure NOT IN ('created_day', 'created_quarter'))
          AND t.figure <> ALL ('{${coarse.figures.join(', ')}}')
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(t.jobs) <> 0 OR sum(t.ms) <> 0
      ), ${coarse.tables} counted AS (
        INSERT INTO job_counts AS c (owner_id, cohort, figure, key, workflow_id, jobs, ms)
        SELECT s.* FROM spread s WHERE s.figure <> 'company' OR s.cohort <> '-infinity'
        ${coarse.rows}
        ORDER BY owner_id, figure, cohort, key, workflow_id
        ON CONFLICT (owner_id, cohort, figure, key, workflow_id)
        DO UPDATE SET jobs = c.jobs + excluded.jobs, ms = c.ms + excluded.ms
        RETURNING c.ctid AS place, c.jobs = 0 AND c.ms = 0 AS empty
      ), companies AS (
        INSERT INTO company_counts AS c (owner_id, workflow_id, company_key, jobs)
        SELECT s.owner_id, w.id, s.key, sum(s.jobs)
        FROM spread s CROSS JOIN LATERAL (VALUES (s.workflow_id), ('')) w (id)
        WHERE s.figure = 'company' AND s.cohort = '-infinity'
        GROUP BY 1, 2, 3 HAVING sum(s.jobs) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (owner_id, workflow_id, company_key) DO UPDATE SET jobs = c.jobs + excluded.jobs
        RETURNING c.ctid AS place, c.jobs = 0 AS empty
      )
      SELECT (SELECT count(*) FROM taken), ARRAY(SELECT place FROM counted WHERE empty),
             ARRAY(SELECT place FROM companies WHERE empty)
      INTO folded, empty_cells, empty_companies;
      IF cardinality(empty_cells) > 0 THEN DELETE FROM job_counts WHERE ctid = ANY (empty_cells); END IF;
      IF cardinality(empty_companies) > 0 THEN DELETE FROM company_counts WHERE ctid = ANY (empty_companies); END IF;
      RETURN folded;
    END $$`);
