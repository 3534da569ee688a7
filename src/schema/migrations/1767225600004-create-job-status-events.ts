import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The trail: status events that nothing changes, and nothing deletes but the deletion of their job. */
export class CreateJobStatusEvents1767225600004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE job_status_events (
        job_id      uuid           NOT NULL,
        seq         integer        NOT NULL,
        id          uuid           NOT NULL,
        status      varchar(50)    NOT NULL,
        category    varchar(10)    NOT NULL,
        note        varchar(2000),
        metadata    jsonb          NOT NULL DEFAULT '{}',
        occurred_at timestamptz(3) NOT NULL,
        recorded_at timestamptz(3) NOT NULL,
        actor_id    uuid           NOT NULL,
        CONSTRAINT pk_job_status_events PRIMARY KEY (job_id, seq),
        CONSTRAINT fk_job_status_events_job FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE,
        CONSTRAINT ck_job_status_events_seq CHECK (seq >= 1)
      )`);
    await runner.query(
      `CREATE INDEX ix_job_status_events_history ON job_status_events (job_id, occurred_at, seq)`,
    );
    await forbidChanges(runner);
    await allowDeletionOnlyWithTheJob(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE job_status_events`);
    await runner.query(`DROP FUNCTION refuse_event_deletion(), refuse_event_change()`);
  }
}

const forbidChanges = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'status events are immutable: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_job_status_events_immutable BEFORE UPDATE OR TRUNCATE ON job_status_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()`);
};

/** A cascade has already removed the job when it reaches its events; a plain DELETE has not. */
const allowDeletionOnlyWithTheJob = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION refuse_event_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM deleted JOIN jobs ON jobs.id = deleted.job_id) THEN
        RAISE EXCEPTION 'status events are immutable: they go only with their job'
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_job_status_events_deletion AFTER DELETE ON job_status_events
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_deletion()`);
};
