import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * A random sample of each owner's jobs, to be read by index: an eighth of them, in an order that has nothing to do
 * with what they are. Their hash is that of hash partitioning, which no version of Postgres may change. Only the
 * eighth, since the index is written with each change of a job in it.
 */
export class CreateJobSample1767225600012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ix_jobs_owner_sample ON jobs (owner_id, archived, uuid_hash_extended(id, 0))
      WHERE uuid_hash_extended(id, 0) < -6917529027641081856`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ix_jobs_owner_sample`);
  }
}
