import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { createFold, type CoarseCells } from './1767225600008-create-job-counts';

/**
 * Coarse cells, which sum others: days by months, buckets of offers by octaves, companies of days by months. Statistics of
 * all time are summed from some hundred cells then, however many years they span.
 */
export class CountCoarsely1767225600014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createCoarseCells(runner);
    await createFold(runner, COARSE_CELLS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepFoldsOut(runner);
    await createFold(runner);
    await runner.query(`DROP FUNCTION recount_all_jobs()`);
    await runner.query(`DELETE FROM job_counts WHERE figure = ANY ($1)`, [COARSE_CELLS.figures]);
    await runner.query(
      `DROP FUNCTION insert_coarse_counts(), coarse_key(text, text, date), coarse_figure(text)`,
    );
    await runner.query(`ALTER FUNCTION recount_fine_cells() RENAME TO recount_all_jobs`);
  }
}

/** Waits for the fold under way, and keeps others from beginning one. */
export const keepFoldsOut = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`SELECT pg_advisory_xact_lock(hashtext('jobtrail.fold_job_counts'))`);

/**
 * SQL of the coarse cells that sum those of a table: of all time those of all time, and by months of creation companies,
 * whose cells of all time are in a table of their own.
 */
const sumsOf = (cells: string): string => `
      SELECT f.owner_id, date '-infinity' AS cohort, coarse_figure(f.figure) AS figure,
             coarse_key(f.figure, f.key, f.cohort) AS key, f.workflow_id, sum(f.jobs)::bigint AS jobs, sum(f.ms) AS ms
      FROM ${cells} f
      WHERE coarse_figure(f.figure) IS NOT NULL AND (f.cohort > '-infinity') = (f.figure = 'company')
      GROUP BY f.owner_id, 3, 4, f.workflow_id HAVING sum(f.jobs) <> 0 OR sum(f.ms) <> 0`;

/** An octave of offers begins at a power of two milliseconds and ends before the next; the first one has all below 128. */
const OCTAVE = `CASE WHEN key::bigint < 128 THEN 0 ELSE 1::bigint << (length(ltrim(key::bigint::bit(64)::text, '0')) - 1) END`;

const createCoarseCells = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION coarse_figure(figure text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE figure WHEN 'created_day' THEN 'created_month' WHEN 'deadline_open' THEN 'deadline_open_month'
                       WHEN 'offer' THEN 'offer_octave' WHEN 'company' THEN 'company_month' END`);
  await runner.query(`
    CREATE FUNCTION coarse_key(figure text, key text, cohort date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN figure = 'offer' AND key ~ '^[0-9]{1,18}$' THEN lpad((${OCTAVE})::text, 18, '0')
                WHEN figure = 'company' THEN to_char(cohort::timestamp, 'YYYY-MM') || ':' || key
                ELSE left(key, 7) END`);
  await runner.query(`
    CREATE FUNCTION insert_coarse_counts() RETURNS void LANGUAGE sql
    BEGIN ATOMIC
      INSERT INTO job_counts (owner_id, cohort, figure, key, workflow_id, jobs, ms)
      ${sumsOf('job_counts')};
    END`);
  await runner.query(`ALTER FUNCTION recount_all_jobs() RENAME TO recount_fine_cells`);
  await runner.query(`
    CREATE FUNCTION recount_all_jobs() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM recount_fine_cells();
      PERFORM insert_coarse_counts();
    END $$`);
};

/** A fold keeps them with the cells that they sum. */
export const COARSE_CELLS: CoarseCells = {
  figures: ['created_month', 'deadline_open_month', 'offer_octave', 'company_month'],
  tables: `coarse AS (${sumsOf('spread')}
      ),`,
  rows: `UNION ALL SELECT s.* FROM coarse s`,
};
