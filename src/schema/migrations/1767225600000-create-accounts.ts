import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Users, their sessions with rotating refresh tokens, and the failed logins that pause a guesser. */
export class CreateAccounts1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id            uuid           NOT NULL,
        email         varchar(254)   NOT NULL,
        password_hash text           NOT NULL,
        name          varchar(200),
        role          varchar(10)    NOT NULL DEFAULT 'user',
        time_zone     varchar(64)    NOT NULL DEFAULT 'UTC',
        created_at    timestamptz(3) NOT NULL DEFAULT now(),
        updated_at    timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT uq_users_email UNIQUE (email),
        CONSTRAINT ck_users_email_lower CHECK (email = lower(email)),
        CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin'))
      )`);
    await runner.query(`
      CREATE TABLE sessions (
        id         uuid           NOT NULL,
        user_id    uuid           NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        revoked_at timestamptz(3),
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT fk_sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX ix_sessions_user ON sessions (user_id)`);
    await runner.query(`
      CREATE TABLE refresh_tokens (
        token_hash bytea          NOT NULL,
        session_id uuid           NOT NULL,
        issued_at  timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3) NOT NULL,
        spent_at   timestamptz(3),
        CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash),
        CONSTRAINT fk_refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (session_id)`);
    await runner.query(`CREATE INDEX ix_refresh_tokens_expires_at ON refresh_tokens (expires_at)`);
    await runner.query(`
      CREATE TABLE login_failures (
        address        varchar(45)      NOT NULL,
        email          varchar(254)     NOT NULL,
        failed_at      timestamptz[]    NOT NULL,
        last_failed_at timestamptz(3)   NOT NULL,
        CONSTRAINT pk_login_failures PRIMARY KEY (address, email),
        CONSTRAINT ck_login_failures_count CHECK (cardinality(failed_at) BETWEEN 1 AND 10)
      )`);
    await runner.query(`CREATE INDEX ix_login_failures_last_failed_at ON login_failures (last_failed_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE login_failures, refresh_tokens, sessions, users`);
  }
}
