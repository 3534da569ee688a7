import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { createWorkQueue, dropWorkQueue } from '../../platform/queue';

/** Exports that are written in the background, and their files. */
export class CreateExports1767225600011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE exports (
        id         uuid           NOT NULL,
        owner_id   uuid           NOT NULL,
        format     varchar(10)    NOT NULL,
        events     boolean        NOT NULL,
        filters    jsonb          NOT NULL,
        state      varchar(10)    NOT NULL,
        attempt    integer        NOT NULL DEFAULT 0,
        rows       integer        NOT NULL DEFAULT 0,
        total_rows integer,
        chunks     integer        NOT NULL DEFAULT 0,
        bytes      bigint         NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL,
        taken_at   timestamptz(3),
        expires_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_exports PRIMARY KEY (id),
        CONSTRAINT fk_exports_owner FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_exports_state CHECK (state IN ('queued', 'running', 'done', 'failed'))
      )`);
    await runner.query(`CREATE INDEX ix_exports_owner_created_at ON exports (owner_id, created_at)`);
    await runner.query(`CREATE INDEX ix_exports_expires_at ON exports (expires_at)`);
    await runner.query(`
      CREATE TABLE export_chunks (
        export_id uuid    NOT NULL,
        seq       integer NOT NULL,
        data      bytea   NOT NULL,
        CONSTRAINT pk_export_chunks PRIMARY KEY (export_id, seq),
        CONSTRAINT fk_export_chunks_export FOREIGN KEY (export_id) REFERENCES exports (id) ON DELETE CASCADE
      )`);
    // What is compressed already is not to be tried again by the server.
    await runner.query(`ALTER TABLE export_chunks ALTER COLUMN data SET STORAGE EXTERNAL`);
    await createWorkQueue(runner, 'write-export');
    await createWorkQueue(runner, 'expire-exports', 'singleton');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropWorkQueue(runner, 'expire-exports');
    await dropWorkQueue(runner, 'write-export');
    await runner.query(`DROP TABLE export_chunks`);
    await runner.query(`DROP TABLE exports`);
  }
}
