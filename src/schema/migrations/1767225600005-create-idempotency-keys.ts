import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The first answers to requests with an `Idempotency-Key`, for repetition. */
export class CreateIdempotencyKeys1767225600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        owner_id     uuid           NOT NULL,
        key          varchar(255)   NOT NULL,
        request_hash bytea          NOT NULL,
        status       smallint       NOT NULL,
        headers      jsonb          NOT NULL,
        body         text           NOT NULL,
        created_at   timestamptz(3) NOT NULL,
        expires_at   timestamptz(3) NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (owner_id, key),
        CONSTRAINT fk_idempotency_keys_owner FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE idempotency_keys`);
  }
}
