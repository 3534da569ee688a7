import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What statistics ask of a trail: how far its job has come, and when it met its deadline. Statuses say which
 * milestone they are; jobs keep when each was first reached, which an event can only bring forward.
 */
export class AddMilestones1767225600007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await describeStatuses(runner);
    await nameCities(runner);
    await runner.query(`
      ALTER TABLE jobs
        ADD COLUMN applied_at      timestamptz(3),
        ADD COLUMN answered_at     timestamptz(3),
        ADD COLUMN offered_at      timestamptz(3),
        ADD COLUMN deadline_met_at timestamptz(3)`);
    await runner.query(`
      UPDATE jobs j SET applied_at = m.applied_at, answered_at = m.answered_at, offered_at = m.offered_at,
                        deadline_met_at = m.deadline_met_at
      FROM (
        SELECT e.job_id,
               min(e.occurred_at) FILTER (WHERE s.milestone >= 1) AS applied_at,
               min(e.occurred_at) FILTER (WHERE s.milestone >= 2) AS answered_at,
               min(e.occurred_at) FILTER (WHERE s.milestone >= 3) AS offered_at,
               min(e.occurred_at) FILTER (WHERE s.meets_deadline) AS deadline_met_at
        FROM job_status_events e
        JOIN jobs j ON j.id = e.job_id
        JOIN workflow_statuses s ON s.workflow_id = j.workflow_id AND s.key = e.status
        WHERE s.milestone IS NOT NULL OR s.meets_deadline
        GROUP BY e.job_id
      ) m
      WHERE j.id = m.job_id`);
    await runner.query(`
      CREATE INDEX ix_jobs_time_to_offer ON jobs (owner_id, workflow_id, (offered_at - applied_at))
      WHERE applied_at < offered_at`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE jobs DROP COLUMN applied_at, DROP COLUMN answered_at, DROP COLUMN offered_at,
         DROP COLUMN deadline_met_at`,
    );
    await runner.query(`ALTER TABLE workflow_statuses DROP COLUMN milestone, DROP COLUMN meets_deadline`);
  }
}

/** Names of time zones that Postgres takes for abbreviations of a fixed offset; profiles name the city from now on. */
const nameCities = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`
    UPDATE users u SET time_zone = c.city
    FROM (VALUES ('cet', 'Europe/Brussels'), ('eet', 'Europe/Athens'), ('met', 'Europe/Brussels'), ('wet', 'Europe/Lisbon'))
      AS c (name, city)
    WHERE lower(u.time_zone) = c.name`);

/** Statuses by milestone: 1 applied, 2 answered, 3 offered; the others have none. */
const MILESTONES: Record<string, Record<string, number>> = {
  application: {
    applied: 1,
    ghosted: 1,
    phone_screen: 2,
    interview: 2,
    rejected: 2,
    declined: 2,
    offer: 3,
    accepted: 3,
  },
  proposal: { submitted: 1, shortlisted: 2, rejected: 2, accepted: 3 },
};

/** Statuses that meet a deadline by themselves; where there are milestones, each of them does. */
const MEETING: Record<string, string> = { posting: 'filled', execution: 'completed' };

const describeStatuses = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    ALTER TABLE workflow_statuses
      ADD COLUMN milestone smallint,
      ADD COLUMN meets_deadline boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT ck_workflow_statuses_milestone CHECK (milestone BETWEEN 1 AND 3)`);
  for (const [workflow, statuses] of Object.entries(MILESTONES)) {
    for (const [status, milestone] of Object.entries(statuses)) {
      await runner.query(
        `UPDATE workflow_statuses SET milestone = $3, meets_deadline = true WHERE workflow_id = $1 AND key = $2`,
        [workflow, status, milestone],
      );
    }
  }
  for (const [workflow, status] of Object.entries(MEETING)) {
    await runner.query(
      `UPDATE workflow_statuses SET meets_deadline = true WHERE workflow_id = $1 AND key = $2`,
      [workflow, status],
    );
  }
};
