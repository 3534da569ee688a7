import { type MigrationInterface, type QueryRunner } from 'typeorm';

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
    await countDeletedJobs(runner);
    await countAppendedEvents(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER tr_job_status_events_count_insert ON job_status_events`);
    await runner.query(`DROP TRIGGER tr_jobs_count_delete ON jobs`);
    await runner.query(`DROP TRIGGER tr_jobs_count_update ON jobs`);
    await runner.query(`DROP TRIGGER tr_jobs_count_insert ON jobs`);
    await runner.query(
      `DROP FUNCTION count_appended_events(), count_deleted_job(), count_updated_jobs(), count_inserted_jobs()`,
    );
    await runner.query(`DROP FUNCTION recount_all_jobs()`);
  }
}

/** Makes all counts anew. Nobody may write jobs meanwhile: for migrations, and for loading with the triggers off. */
const countWhatIsThere = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION recount_all_jobs() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      TRUNCATE job_count_deltas, job_counts, company_counts;
      INSERT INTO job_count_deltas (owner_id, workflow_id, cohort, figure, key, jobs, ms)
      SELECT u.id, t.* FROM users u CROSS JOIN LATERAL job_count_truth(u.id, '-infinity', 'infinity') t;
      WHILE fold_job_counts(200000) > 0 LOOP END LOOP;
    END $$`);
  await runner.query(`SELECT recount_all_jobs()`);
};

const INTO_DELTAS = `INSERT INTO job_count_deltas (owner_id, workflow_id, cohort, figure, key, jobs, ms)`;

const countInsertedJobs = async (runner: QueryRunner): Promise<void> => {
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

const row = (name: string): string => `(${COUNTED_COLUMNS.map((column) => `${name}.${column}`).join(', ')})`;

/**
 * Stays are the events' own, and move with a job whose owner, workflow or day of creation is changed. A full join is
 * one by hashing whatever the plan was first made for: the session of one change of a thousand jobs has often seen
 * changes of one before, and keeps their plan.
 */
const countUpdatedJobs = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_updated_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${INTO_DELTAS}
      SELECT c.owner_id, c.workflow_id, c.cohort, c.figure, c.key, sum(c.jobs), sum(c.ms)
      FROM before o FULL JOIN after n USING (id) CROSS JOIN LATERAL (
        SELECT o.owner_id, o.workflow_id, utc_day(o.created_at) AS cohort, c.figure, c.key, -c.jobs AS jobs, -c.ms AS ms
        FROM job_count_cells(o.*::jobs) c
        UNION ALL
        SELECT n.owner_id, n.workflow_id, utc_day(n.created_at), c.figure, c.key, c.jobs, c.ms
        FROM job_count_cells(n.*::jobs) c
        UNION ALL
        SELECT p.owner_id, p.workflow_id, p.cohort, 'stay', s.status, p.sign, p.sign * s.ms
        FROM (VALUES
          (-1, o.owner_id, o.workflow_id, utc_day(o.created_at)), (1, n.owner_id, n.workflow_id, utc_day(n.created_at))
        ) p (sign, owner_id, workflow_id, cohort) CROSS JOIN LATERAL job_stays(n.id) s
        WHERE (o.owner_id, o.workflow_id, o.created_at) <> (n.owner_id, n.workflow_id, n.created_at)
      ) c
      WHERE ${row('o')} IS DISTINCT FROM ${row('n')}
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.jobs) <> 0 OR sum(c.ms) <> 0;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_update AFTER UPDATE ON jobs
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_updated_jobs()`);
};

/** Before the row goes, since its events go with it, and with them the lengths of its stays. */
const countDeletedJobs = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_deleted_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${INTO_DELTAS}
      SELECT OLD.owner_id, OLD.workflow_id, utc_day(OLD.created_at), c.figure, c.key, -sum(c.jobs), -sum(c.ms)
      FROM (
        SELECT * FROM job_count_cells(OLD)
        UNION ALL
        SELECT 'stay', s.status, 1, s.ms FROM job_stays(OLD.id) s
      ) c GROUP BY 4, 5;
      RETURN OLD;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_delete BEFORE DELETE ON jobs
    FOR EACH ROW EXECUTE FUNCTION count_deleted_job()`);
};

/**
 * An event ends the stay before it and begins one; where another follows, that one ends its own instead of the stay
 * before. Trails that begin here are in the given rows as a whole. Of others only the neighbours are looked up; events
 * that were there before have a smaller `seq` than all given ones.
 */
const countAppendedEvents = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_appended_events() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM appended WHERE seq > 1) THEN RETURN NULL; END IF;
      ${INTO_DELTAS}
      WITH given AS MATERIALIZED (
        SELECT a.job_id, a.seq, a.status, a.occurred_at, min(a.seq) OVER (PARTITION BY a.job_id) AS first_seq
        FROM appended a
      ), stay AS (
        SELECT job_id, status, 1 AS jobs, occurred_at AS began_at,
               lead(occurred_at) OVER (PARTITION BY job_id ORDER BY occurred_at, seq) AS ended_at
        FROM given WHERE first_seq = 1
        UNION ALL
        SELECT g.job_id, s.*
        FROM given g
        LEFT JOIN LATERAL (
          SELECT e.status, e.occurred_at FROM job_status_events e
          WHERE e.job_id = g.job_id AND (e.occurred_at, e.seq) < (g.occurred_at, g.seq)
          ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1
        ) previous ON true
        LEFT JOIN LATERAL (
          SELECT e.seq, e.occurred_at FROM job_status_events e
          WHERE e.job_id = g.job_id AND (e.occurred_at, e.seq) > (g.occurred_at, g.seq)
          ORDER BY e.occurred_at, e.seq LIMIT 1
        ) next ON true
        LEFT JOIN LATERAL (
          SELECT e.status, e.occurred_at FROM job_status_events e
          WHERE next.seq < g.first_seq AND e.job_id = g.job_id AND e.seq < g.first_seq
            AND (e.occurred_at, e.seq) < (g.occurred_at, g.seq)
          ORDER BY e.occurred_at DESC, e.seq DESC LIMIT 1
        ) parted ON true
        CROSS JOIN LATERAL (VALUES
          (previous.status, 1, previous.occurred_at, g.occurred_at),
          (g.status, 1, g.occurred_at, CASE WHEN next.seq < g.first_seq THEN next.occurred_at END),
          (parted.status, -1, parted.occurred_at, next.occurred_at)
        ) s (status, jobs, began_at, ended_at)
        WHERE g.first_seq > 1
      )
      SELECT j.owner_id, j.workflow_id, utc_day(j.created_at), 'stay', s.status, sum(s.jobs),
             sum(s.jobs * (epoch_ms(s.ended_at) - epoch_ms(s.began_at)))
      FROM stay s JOIN jobs j ON j.id = s.job_id
      WHERE s.status IS NOT NULL AND s.ended_at IS NOT NULL
      GROUP BY 1, 2, 3, 5 HAVING sum(s.jobs) <> 0 OR sum(s.jobs * (epoch_ms(s.ended_at) - epoch_ms(s.began_at))) <> 0;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_job_status_events_count_insert AFTER INSERT ON job_status_events
    REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION count_appended_events()`);
};
