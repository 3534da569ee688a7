import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What jobs are searched by: their words and whole-field values as the lexemes of one `tsvector`, kept apart
 * from `jobs` because a job's status changes often and its words seldom: a GIN index on `jobs` itself would
 * be written with each change of status. Triggers keep it true, whoever writes.
 */
export class CreateJobSearch1767225600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE EXTENSION IF NOT EXISTS btree_gin`);
    await createFunctions(runner);
    await runner.query(`
      CREATE TABLE job_search (
        job_id   uuid     NOT NULL,
        owner_id uuid     NOT NULL,
        facets   tsvector NOT NULL,
        CONSTRAINT pk_job_search PRIMARY KEY (job_id),
        CONSTRAINT fk_job_search_job FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX ix_job_search_owner_facets ON job_search USING gin (owner_id, facets)`);
    await createQueryFunction(runner);
    await createTriggers(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER tr_jobs_search_update ON jobs`);
    await runner.query(`DROP TRIGGER tr_jobs_search_insert ON jobs`);
    await runner.query(`DROP FUNCTION index_updated_job(), index_inserted_jobs(), job_facets(jobs)`);
    await runner.query(`DROP TABLE job_search`);
    await runner.query(
      `DROP FUNCTION facet_query(text[], text[], text), quote_lexeme(text), search_words(text), fold_case(text)`,
    );
  }
}

const createFunctions = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION fold_case(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(value COLLATE "und-x-icu")`);
  // A word is a run of letters and digits; + and # belong to it, for C++ and C#.
  await runner.query(`
    CREATE FUNCTION search_words(value text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN array_remove(regexp_split_to_array(lower(value COLLATE "und-x-icu"), '[^[:alnum:]+#]+'), '')`);
  await runner.query(`
    CREATE FUNCTION job_facets(job jobs) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(
      ARRAY[
        'workflow=' || job.workflow_id,
        'company=' || fold_case(job.company),
        'location=' || fold_case(job.location),
        'city=' || fold_case(job.city),
        'state=' || fold_case(job.state),
        'jobType=' || fold_case(job.job_type),
        'industry=' || fold_case(job.industry),
        'source=' || fold_case(job.source)
      ]
      || (SELECT array_agg('tag=' || fold_case(tag)) FROM unnest(job.tags) AS tag)
      || (SELECT array_agg('word=' || word) FROM unnest(search_words(concat_ws(' ', job.title, job.company))) AS word),
      NULL))`);
};

/** The `tsquery` that finds jobs with all the named values and with words that begin with each given word. */
const createQueryFunction = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION quote_lexeme(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN '''' || replace(replace(value, '\\', '\\\\'), '''', '''''') || ''''`);
  await runner.query(`
    CREATE FUNCTION facet_query(names text[], vals text[], words text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
      SELECT string_agg(part, ' & ')
      FROM (
        SELECT quote_lexeme(name || '=' || fold_case(value)) AS part FROM unnest(names, vals) AS f (name, value)
        UNION ALL
        SELECT quote_lexeme('word=' || word) || ':*' FROM unnest(search_words(words)) AS word
      ) parts
    )::tsquery`);
};

const createTriggers = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION index_inserted_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO job_search (job_id, owner_id, facets)
      SELECT inserted.id, inserted.owner_id, job_facets(inserted.*::jobs) FROM inserted;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_jobs_search_insert AFTER INSERT ON jobs
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION index_inserted_jobs()`);
  await runner.query(`
    CREATE FUNCTION index_updated_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE job_search SET owner_id = NEW.owner_id, facets = job_facets(NEW) WHERE job_id = NEW.id;
      RETURN NULL;
    END $$`);
  const columns =
    'owner_id, workflow_id, title, company, location, city, state, job_type, industry, source, tags';
  const row = (name: string): string =>
    `(${columns
      .split(', ')
      .map((column) => `${name}.${column}`)
      .join(', ')})`;
  await runner.query(`
    CREATE TRIGGER tr_jobs_search_update AFTER UPDATE OF ${columns} ON jobs
    FOR EACH ROW WHEN (${row('OLD')} IS DISTINCT FROM ${row('NEW')}) EXECUTE FUNCTION index_updated_job()`);
};
