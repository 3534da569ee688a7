import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { endedStays } from './1767225600008-create-job-counts';
import { countAppendedEvents, INTO_DELTAS } from './1767225600009-count-events';

/**
 * Triggers that tell the counts of every change, whoever makes it, and the counts of what is there already. They
 * only insert, so no writer waits for another.
 */
export class CountJobs1767225600009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What others write between the recount and the triggers would not be counted.
    await runner.query(`LOCK TABLE jobs, job_status_events IN SHARE ROW EXCLUSIVE MODE`);
    await countWhatIsThere(runner);
    await countInsertedJobs(runner);
    await countUpdatedJobs(runner);
    await countChangedStatus(runner);
    await countDeletedJobs(runner);
    await countAppendedEvents(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER tr_job_status_events_count_insert ON job_status_events`);
    await runner.query(`DROP TRIGGER tr_jobs_count_delete ON jobs`);
    await runner.query(`DROP TRIGGER tr_jobs_count_status ON jobs`);
    await runner.query(`DROP TRIGGER tr_jobs_count_update ON jobs`);
    await runner.query(`DROP TRIGGER tr_jobs_count_insert ON jobs`);
    await runner.query(
      `DROP FUNCTION count_appended_events(), count_deleted_job(), count_changed_status(),
         count_updated_job(), count_inserted_jobs()`,
    );
    await runner.query(`DROP FUNCTION recount_all_jobs()`);
  }
}

/**
 * Makes all counts anew, as folding would. Nobody may write jobs meanwhile: for migrations, and for loading with the
 * triggers off. In one pass over all jobs and events; through a table, since only its making runs in parallel.
 */
const countWhatIsThere = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION recount_all_jobs() RETURNS void LANGUAGE plpgsql SET work_mem = '128MB' AS $$
    BEGIN
      TRUNCATE job_count_deltas, job_counts, company_counts;
      CREATE TEMPORARY TABLE recounted ON COMMIT DROP AS
      SELECT c.owner_id, c.workflow_id, utc_day(c.created_at) AS cohort, c.figure, c.key,
             sum(c.jobs)::bigint AS jobs, sum(c.ms) AS ms
      FROM (
        SELECT j.owner_id, j.workflow_id, j.created_at, c.figure, c.key, c.jobs, c.ms
        FROM jobs j CROSS JOIN LATERAL job_count_cells(j) c
        UNION ALL
        SELECT j.owner_id, j.workflow_id, j.created_at, 'stay', s.status, 1, s.ms
        FROM (${endedStays('job_status_events e')}) s JOIN jobs j ON j.id = s.job_id
      ) c
      GROUP BY 1, 2, 3, 4, 5;
      INSERT INTO job_counts (owner_id, cohort, figure, key, workflow_id, jobs, ms)
      SELECT owner_id, cohort, figure, key, workflow_id, jobs, ms FROM recounted
      WHERE figure NOT IN ('created_day', 'created_quarter')
      UNION ALL
      SELECT owner_id, '-infinity', figure, key, workflow_id, sum(jobs), sum(ms) FROM recounted
      WHERE figure <> 'company' GROUP BY owner_id, figure, key, workflow_id
      ORDER BY 1, 2, 3, 4, 5;
      INSERT INTO company_counts (owner_id, workflow_id, company_key, jobs)
      SELECT r.owner_id, w.id, r.key, sum(r.jobs)
      FROM recounted r CROSS JOIN LATERAL (VALUES (r.workflow_id), ('')) w (id)
      WHERE r.figure = 'company' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
      DROP TABLE recounted;
    END $$`);
  await runner.query(`SELECT recount_all_jobs()`);
};

export const countInsertedJobs = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_inserted_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${INTO_DELTAS}
      SELECT j.owner_id, j.workflow_id, utc_day(j.created_at), c.figure, c.key, sum(c.jobs), sum(c.ms)
      FROM inserted j CROSS JOIN LATERAL job_count_cells(j.*::jobs) c
      GROUP BY 1, 2, 3, 4, 5;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_insert AFTER INSERT ON jobs
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_jobs()`);
};

/** The columns that decide what a job adds to the cells. */
const COUNTED_COLUMNS = [
  'owner_id',
  'workflow_id',
  'created_at',
  'current_status',
  'current_status_category',
  'current_status_at',
  'archived_at',
  'company_key',
  'deadline',
  'applied_at',
  'answered_at',
  'offered_at',
  'deadline_met_at',
];

/** SQL of a row of columns of `OLD` or `NEW`. */
export const row = (name: string, columns: readonly string[] = COUNTED_COLUMNS): string =>
  `(${columns.map((column) => `${name}.${column}`).join(', ')})`;

/** The columns that most changes are of: those of an event that reaches nothing new. */
export const STATUS_COLUMNS = ['current_status', 'current_status_category', 'current_status_at'];

const OTHER_COLUMNS = COUNTED_COLUMNS.filter((column) => !STATUS_COLUMNS.includes(column));

/** SQL that says of a change that it moves a job from one cell of the figure `status` to another, and nothing else. */
export const ONLY_STATUS = `${row('OLD', OTHER_COLUMNS)} IS NOT DISTINCT FROM ${row('NEW', OTHER_COLUMNS)}
      AND NEW.archived_at IS NULL AND (NEW.deadline IS NULL OR NEW.deadline_met_at IS NOT NULL)`;

/**
 * Row by row, though changes may be of many: comparing two arrays costs less than joining what was with what is, and
 * grows with the number of rows alone, whatever plan a session keeps. Stays are the events' own, and move with a job
 * whose owner, workflow or day of creation is changed.
 */
export const countUpdatedJobs = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_updated_job() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      keys_before text[] := job_count_keys(OLD);
      keys_after text[] := job_count_keys(NEW);
      ms_before numeric[] := job_count_ms(OLD);
      ms_after numeric[] := job_count_ms(NEW);
    BEGIN
      IF (OLD.owner_id, OLD.workflow_id, OLD.created_at) = (NEW.owner_id, NEW.workflow_id, NEW.created_at) THEN
        ${INTO_DELTAS}
        SELECT NEW.owner_id, NEW.workflow_id, utc_day(NEW.created_at), c.figure, d.key, d.jobs, d.ms
        FROM unnest(job_count_figures(), keys_before, ms_before, keys_after, ms_after)
               c (figure, key_before, ms_before, key_after, ms_after)
        CROSS JOIN LATERAL (VALUES (c.key_before, -1, -c.ms_before), (c.key_after, 1, c.ms_after)) d (key, jobs, ms)
        WHERE (c.key_before, c.ms_before) IS DISTINCT FROM (c.key_after, c.ms_after) AND d.key IS NOT NULL;
      ELSE
        ${INTO_DELTAS}
        SELECT OLD.owner_id, OLD.workflow_id, utc_day(OLD.created_at), c.figure, c.key, -c.jobs, -c.ms
        FROM (${cellsWithStays('OLD')}) c
        UNION ALL
        SELECT NEW.owner_id, NEW.workflow_id, utc_day(NEW.created_at), c.figure, c.key, c.jobs, c.ms
        FROM (${cellsWithStays('NEW')}) c;
      END IF;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_update AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (${row('OLD')} IS DISTINCT FROM ${row('NEW')} AND NOT (${ONLY_STATUS}))
    EXECUTE FUNCTION count_updated_job()`);
};

/** SQL of the delta of the cell of a status, of a job that is not archived. */
export const statusCell = (job: string, jobs: string): string =>
  `(${job}.owner_id, ${job}.workflow_id, utc_day(${job}.created_at), 'status', ${job}.current_status, ${jobs},
      ${jobs} * epoch_ms(${job}.current_status_at))`;

/** Most changes by far: two constant rows, a third of what the general way costs each transaction. */
export const countChangedStatus = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_changed_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${INTO_DELTAS} VALUES ${statusCell('OLD', '-1')}, ${statusCell('NEW', '1')};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_status AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (${row('OLD', STATUS_COLUMNS)} IS DISTINCT FROM ${row('NEW', STATUS_COLUMNS)} AND ${ONLY_STATUS})
    EXECUTE FUNCTION count_changed_status()`);
};

/** SQL of all that a job adds, by its row and by its trail. */
const cellsWithStays = (job: string): string => `
  SELECT figure, key, jobs, ms FROM job_count_cells(${job})
  UNION ALL
  SELECT 'stay', s.status, 1, s.ms FROM job_stays(${job}.id) s`;

/** Before the row goes, since its events go with it, and with them the lengths of its stays. */
const countDeletedJobs = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_deleted_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${INTO_DELTAS}
      SELECT OLD.owner_id, OLD.workflow_id, utc_day(OLD.created_at), c.figure, c.key, -sum(c.jobs), -sum(c.ms)
      FROM (${cellsWithStays('OLD')}) c GROUP BY 4, 5;
      RETURN OLD;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_delete BEFORE DELETE ON jobs
    FOR EACH ROW EXECUTE FUNCTION count_deleted_job()`);
};
