import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Jobs, with the sort keys of the list. `title_key` and `company_key` fold the case by Unicode's rules and
 * compare byte by byte: the same order on every server, whatever its collations.
 */
export class CreateJobs1767225600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createJobs(runner);
    await declareGeneratedColumns(runner);
    await createListIndexes(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs, typeorm_metadata`);
  }
}

const createJobs = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`
    CREATE TABLE jobs (
      id                      uuid             NOT NULL,
      owner_id                uuid             NOT NULL,
      workflow_id             varchar(50)      NOT NULL,
      external_ref            varchar(200),
      title                   varchar(200)     NOT NULL,
      company                 varchar(200),
      location                varchar(500),
      city                    varchar(200),
      state                   varchar(200),
      job_type                varchar(200),
      industry                varchar(200),
      source                  varchar(200),
      url                     varchar(2048),
      description             varchar(10000),
      notes                   varchar(10000),
      salary_min              double precision,
      salary_max              double precision,
      salary_currency         varchar(3),
      deadline                date,
      tags                    text[]           NOT NULL DEFAULT '{}',
      attributes              jsonb            NOT NULL DEFAULT '{}',
      current_status          varchar(50)      NOT NULL,
      current_status_category varchar(10)      NOT NULL,
      current_status_at       timestamptz(3)   NOT NULL,
      last_seq                integer          NOT NULL,
      version                 integer          NOT NULL DEFAULT 1,
      created_at              timestamptz(3)   NOT NULL,
      updated_at              timestamptz(3)   NOT NULL,
      archived_at             timestamptz(3),
      archive_reason          varchar(2000),
      archived    boolean NOT NULL GENERATED ALWAYS AS (archived_at IS NOT NULL) STORED,
      title_key   text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(title COLLATE "und-x-icu")) STORED,
      company_key text COLLATE "C" GENERATED ALWAYS AS (lower(company COLLATE "und-x-icu")) STORED,
      CONSTRAINT pk_jobs PRIMARY KEY (id),
      CONSTRAINT fk_jobs_owner FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
      CONSTRAINT fk_jobs_workflow FOREIGN KEY (workflow_id) REFERENCES workflows (id),
      CONSTRAINT ck_jobs_salary CHECK (salary_min >= 0 AND salary_max >= 0 AND salary_min <= salary_max),
      CONSTRAINT ck_jobs_archive_reason CHECK (archive_reason IS NULL OR archived_at IS NOT NULL)
    )`);

/** TypeORM keeps the expressions of generated columns here, to compare them with the entities'. */
const declareGeneratedColumns = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE TABLE IF NOT EXISTS typeorm_metadata (
      type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text
    )`);
  const expressions = {
    archived: 'archived_at IS NOT NULL',
    title_key: 'lower(title COLLATE "und-x-icu")',
    company_key: 'lower(company COLLATE "und-x-icu")',
  };
  for (const [column, expression] of Object.entries(expressions)) {
    await runner.query(
      `INSERT INTO typeorm_metadata (type, database, schema, "table", name, value)
       VALUES ('GENERATED_COLUMN', current_database(), current_schema(), 'jobs', $1, $2)`,
      [column, expression],
    );
  }
};

/** One index for each sort of the list, read forwards and backwards, and one for a status's newest. */
const createListIndexes = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`CREATE UNIQUE INDEX uq_jobs_owner_external_ref ON jobs (owner_id, external_ref)`);
  const sorts = ['created_at', 'updated_at', 'title_key', 'company_key', 'deadline', 'current_status_at'];
  for (const column of sorts) {
    await runner.query(`CREATE INDEX ix_jobs_owner_${column} ON jobs (owner_id, archived, ${column}, id)`);
  }
  await runner.query(
    `CREATE INDEX ix_jobs_owner_status_created_at ON jobs (owner_id, archived, current_status, created_at, id)`,
  );
};
