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
    await runner.query(
      `DROP FUNCTION index_updated_job(), index_inserted_jobs(), job_facets(jobs), tag_lexemes(text[])`,
    );
    await runner.query(`DROP TABLE job_search`);
    await runner.query(
      `DROP FUNCTION facet_query(text[], text[], text), quote_lexeme(text), search_words(text), fold_words(text),
         fold_case(text)`,
    );
  }
}

/**
 * `fold_case` and `fold_words` are all there is of case and of words, for jobs and for what is searched alike.
 * Both name their collation: under that of a database made with the locale C no letter beyond ASCII is a letter.
 * A word is a run of letters and digits; + and # belong to it, for C++ and C#.
 */
const createFunctions = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION fold_case(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(value COLLATE "und-x-icu")`);
  await runner.query(`
    CREATE FUNCTION fold_words(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN btrim(regexp_replace(lower(value COLLATE "und-x-icu") COLLATE "und-x-icu", '[^[:alnum:]+#]+', ' ', 'g'))`);
  await runner.query(`
    CREATE FUNCTION search_words(value text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN string_to_array(fold_words(value), ' ')`);
  await createFacetsFunction(runner);
};

/** What folded tags are joined by, and taken apart again. */
const SEPARATOR = 'chr(31)';

/**
 * Written for speed, since jobs that are imported wait for little else: with a sub-select in it, or called
 * IMMUTABLE although it calls functions that are only STABLE, Postgres does not put a function's expression in
 * the place of its call, and then each call costs four times as much. Hence texts are joined, folded at once and
 * taken apart. A tag that holds the separator itself sends the job's tags the slow way.
 */
const createFacetsFunction = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION tag_lexemes(tags text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT array_agg('tag=' || fold_case(tag)) FROM unnest(tags) AS tag)`);
  await runner.query(`
    CREATE FUNCTION job_facets(job jobs) RETURNS tsvector
    LANGUAGE sql STABLE PARALLEL SAFE
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
      || CASE WHEN strpos(array_to_string(job.tags, ''), ${SEPARATOR}) > 0 THEN tag_lexemes(job.tags)
         ELSE string_to_array(
           'tag=' || replace(
             fold_case(nullif(array_to_string(job.tags, ${SEPARATOR}), '')), ${SEPARATOR}, ${SEPARATOR} || 'tag='),
           ${SEPARATOR})
         END
      || string_to_array(
           'word=' || replace(nullif(fold_words(concat_ws(' ', job.title, job.company)), ''), ' ', ' word='), ' '),
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
