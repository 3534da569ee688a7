import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { createFold } from './1767225600008-create-job-counts';

/**
 * Coarse cells of all time, which sum others: days by months, buckets of offers by octaves. Statistics of all time are
 * summed from some hundred cells then, however many years they span.
 */
export class CountCoarsely1767225600014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await keepFoldsOut(runner);
    await createCoarseCells(runner);
    await runner.query(`DROP FUNCTION fold_job_counts(integer)`);
    await createCoarseFold(runner);
    await runner.query(`SELECT insert_coarse_counts()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepFoldsOut(runner);
    await runner.query(`DROP FUNCTION fold_job_counts(integer), recount_all_jobs()`);
    await runner.query(
      `DELETE FROM job_counts WHERE figure IN (SELECT coarse_figure(f) FROM unnest(job_count_figures()) f)`,
    );
    await runner.query(`DROP FUNCTION insert_coarse_counts(), coarse_key(text, text), coarse_figure(text)`);
    await runner.query(`ALTER FUNCTION recount_fine_cells() RENAME TO recount_all_jobs`);
    await createFold(runner);
  }
}

/** A fold between the cells that are there and the new way of folding would be lost for the coarse ones. */
const keepFoldsOut = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`SELECT pg_advisory_xact_lock(hashtext('jobtrail.fold_job_counts'))`);

/** An octave of offers begins at a power of two milliseconds and ends before the next; the first one has all below 128. */
const OCTAVE = `CASE WHEN key::bigint < 128 THEN 0 ELSE 1::bigint << (length(ltrim(key::bigint::bit(64)::text, '0')) - 1) END`;

const createCoarseCells = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION coarse_figure(figure text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE figure WHEN 'created_day' THEN 'created_month' WHEN 'deadline_open' THEN 'deadline_open_month'
                       WHEN 'offer' THEN 'offer_octave' END`);
  await runner.query(`
    CREATE FUNCTION coarse_key(figure text, key text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN figure = 'offer' AND key ~ '^[0-9]{1,18}$' THEN lpad((${OCTAVE})::text, 18, '0') ELSE left(key, 7) END`);
  await runner.query(`
    CREATE FUNCTION insert_coarse_counts() RETURNS void LANGUAGE sql
    BEGIN ATOMIC
      INSERT INTO job_counts (owner_id, cohort, figure, key, workflow_id, jobs, ms)
      SELECT owner_id, '-infinity', coarse_figure(figure), coarse_key(figure, key), workflow_id, sum(jobs), sum(ms)
      FROM job_counts WHERE cohort = '-infinity' AND coarse_figure(figure) IS NOT NULL
      GROUP BY 1, 3, 4, 5 HAVING sum(jobs) <> 0 OR sum(ms) <> 0;
    END`);
  await runner.query(`ALTER FUNCTION recount_all_jobs() RENAME TO recount_fine_cells`);
  await runner.query(`
    CREATE FUNCTION recount_all_jobs() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM recount_fine_cells();
      PERFORM insert_coarse_counts();
    END $$`);
};

/** As `createFold`, and the coarse cells with those that they sum. */
const createCoarseFold = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`
    CREATE FUNCTION fold_job_counts(most integer) RETURNS integer LANGUAGE plpgsql AS $$
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
        WHERE c.cohort = '-infinity' OR t.figure NOT IN ('created_day', 'created_quarter')
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(t.jobs) <> 0 OR sum(t.ms) <> 0
      ), coarse AS (
        SELECT s.owner_id, s.cohort, coarse_figure(s.figure) AS figure, coarse_key(s.figure, s.key) AS key, s.workflow_id,
               sum(s.jobs)::bigint AS jobs, sum(s.ms) AS ms
        FROM spread s WHERE s.cohort = '-infinity' AND coarse_figure(s.figure) IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(s.jobs) <> 0 OR sum(s.ms) <> 0
      ), counted AS (
        INSERT INTO job_counts AS c (owner_id, cohort, figure, key, workflow_id, jobs, ms)
        SELECT s.* FROM spread s WHERE s.figure <> 'company' OR s.cohort <> '-infinity'
        UNION ALL
        SELECT s.* FROM coarse s
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
