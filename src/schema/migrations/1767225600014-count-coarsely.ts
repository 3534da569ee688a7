import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { createFold, type CoarseCells } from './1767225600008-create-job-counts';

/**
 * Coarse cells of all time, which sum others: days by months, buckets of offers by octaves. Statistics of all time are
 * summed from some hundred cells then, however many years they span.
 */
export class CountCoarsely1767225600014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await keepFoldsOut(runner);
    await createCoarseCells(runner);
    await runner.query(`DROP FUNCTION fold_job_counts(integer)`);
    await createFold(runner, COARSE_CELLS);
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

/** A fold keeps them with the cells that they sum. */
const COARSE_CELLS: CoarseCells = {
  tables: `
      coarse AS (
        SELECT s.owner_id, s.cohort, coarse_figure(s.figure) AS figure, coarse_key(s.figure, s.key) AS key, s.workflow_id,
               sum(s.jobs)::bigint AS jobs, sum(s.ms) AS ms
        FROM spread s WHERE s.cohort = '-infinity' AND coarse_figure(s.figure) IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(s.jobs) <> 0 OR sum(s.ms) <> 0
      ),`,
  rows: `UNION ALL SELECT s.* FROM coarse s`,
};
