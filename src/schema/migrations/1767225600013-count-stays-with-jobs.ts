import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { changedStays, INTO_DELTAS } from './1767225600009-count-events';
import {
  countChangedStatus,
  countInsertedJobs,
  countUpdatedJobs,
  ONLY_STATUS,
  row,
  STATUS_COLUMNS,
  statusCell,
} from './1767225600009-count-jobs';

/**
 * Stays are counted where the row of their job changes, no longer where their events are inserted: whoever appends
 * writes `last_seq` in the same statement, and nearly always the row tells the stay that has ended, so that an append
 * needs one trigger that looks nothing up instead of two.
 */
export class CountStaysWithJobs1767225600013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await keepWritersOut(runner);
    // Dropping it would wait for whoever reads events, with all writers behind it.
    await runner.query(`ALTER TABLE job_status_events DISABLE TRIGGER tr_job_status_events_count_insert`);
    await countTrailsOfInsertedJobs(runner);
    await countEndedStay(runner);
    await countAppendedStays(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepWritersOut(runner);
    for (const trigger of ['stays', 'status', 'update', 'insert']) {
      await runner.query(`DROP TRIGGER tr_jobs_count_${trigger} ON jobs`);
    }
    await runner.query(
      `DROP FUNCTION count_appended_stays(), count_changed_status(), count_updated_job(), count_inserted_jobs()`,
    );
    await runner.query(`DROP FUNCTION count_stays_around(jobs, jobs), job_stays_by_index(uuid)`);
    await countInsertedJobs(runner);
    await countUpdatedJobs(runner);
    await countChangedStatus(runner);
    await runner.query(`ALTER TABLE job_status_events ENABLE TRIGGER tr_job_status_events_count_insert`);
  }
}

/** A transaction under way would have its events counted by neither the old triggers nor the new, or by both. */
const keepWritersOut = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`LOCK TABLE jobs, job_status_events IN SHARE ROW EXCLUSIVE MODE`);

/**
 * For functions that look events up for many jobs: a plan that a session has kept from when the table was small would read all
 * of it for each.
 */
const BY_INDEX = 'SET enable_seqscan = off';

/** Trails that begin with their job: their stays are those of all events of the jobs. */
const countTrailsOfInsertedJobs = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION job_stays_by_index(job uuid) RETURNS TABLE (status varchar, ms numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ${BY_INDEX} AS $$
    BEGIN
      RETURN QUERY SELECT s.status, s.ms FROM job_stays(job) s;
    END $$`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION count_inserted_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${INTO_DELTAS}
      SELECT j.owner_id, j.workflow_id, utc_day(j.created_at), c.figure, c.key, sum(c.jobs), sum(c.ms)
      FROM inserted j CROSS JOIN LATERAL job_count_cells(j.*::jobs) c
      GROUP BY 1, 2, 3, 4, 5;
      IF (SELECT max(last_seq) FROM inserted) > 1 THEN
        ${INTO_DELTAS}
        SELECT j.owner_id, j.workflow_id, utc_day(j.created_at), 'stay', s.status, count(*), sum(s.ms)
        FROM inserted j CROSS JOIN LATERAL job_stays_by_index(j.id) s
        WHERE j.last_seq > 1
        GROUP BY 1, 2, 3, 5;
      END IF;
      RETURN NULL;
    END $$`);
};

/** SQL that says of a change that it appends one event, which becomes the newest and ends the stay before it. */
const ENDS_STAY = `NEW.last_seq = OLD.last_seq + 1
        AND ${row('OLD', STATUS_COLUMNS)} IS DISTINCT FROM ${row('NEW', STATUS_COLUMNS)}`;

const ENDED_STAY = `(OLD.owner_id, OLD.workflow_id, utc_day(OLD.created_at), 'stay', OLD.current_status, 1,
          epoch_ms(NEW.current_status_at) - epoch_ms(OLD.current_status_at))`;

/** In the function of most changes: those without an event (a status that was renamed) end no stay. */
const countEndedStay = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`
    CREATE OR REPLACE FUNCTION count_changed_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.last_seq = OLD.last_seq + 1 THEN
        ${INTO_DELTAS} VALUES ${statusCell('OLD', '-1')}, ${statusCell('NEW', '1')}, ${ENDED_STAY};
      ELSE
        ${INTO_DELTAS} VALUES ${statusCell('OLD', '-1')}, ${statusCell('NEW', '1')};
      END IF;
      RETURN NULL;
    END $$`);

/**
 * Each appended event ends the stay before it and begins one; where another follows, that one ends its own instead of
 * the stay before. Only the neighbours are looked up, however long the trail is; events that were there before have a
 * smaller `seq`. What a job has that moves to another owner, workflow or day of creation meanwhile is counted where it was:
 * `count_updated_job` moves all its stays, these too.
 */
const countAppendedStays = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION count_stays_around(before jobs, after jobs) RETURNS void LANGUAGE plpgsql ${BY_INDEX} AS $$
    BEGIN
      ${INTO_DELTAS}
      WITH stay AS (
        SELECT s.* FROM job_status_events g
        ${changedStays(
          (seq) => `${seq} <= before.last_seq`,
          (seq) => `${seq} <= after.last_seq`,
        )}
        WHERE g.job_id = after.id AND g.seq > before.last_seq AND g.seq <= after.last_seq
      )
      SELECT before.owner_id, before.workflow_id, utc_day(before.created_at), 'stay', s.status, sum(s.jobs),
             sum(s.jobs * (epoch_ms(s.ended_at) - epoch_ms(s.began_at)))
      FROM stay s
      WHERE s.status IS NOT NULL AND s.ended_at IS NOT NULL
      GROUP BY s.status
      HAVING sum(s.jobs) <> 0 OR sum(s.jobs * (epoch_ms(s.ended_at) - epoch_ms(s.began_at))) <> 0;
    END $$`);
  await runner.query(`
    CREATE FUNCTION count_appended_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF ${ENDS_STAY} THEN
        ${INTO_DELTAS} VALUES ${ENDED_STAY};
        RETURN NULL;
      END IF;
      PERFORM count_stays_around(OLD, NEW);
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_count_stays AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (NEW.last_seq > OLD.last_seq AND NOT (${ENDS_STAY} AND ${ONLY_STATUS}))
    EXECUTE FUNCTION count_appended_stays()`);
};
