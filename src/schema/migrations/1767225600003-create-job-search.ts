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
    await createSearch(runner, FIRST_FORM);
    await createIndex(runner);
    await createQueryFunction(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropSearch(runner);
    await runner.query(
      `DROP FUNCTION facet_query(text[], text[], text), quote_lexeme(text), search_words(text), fold_words(text),
         fold_case(text)`,
    );
  }
}

/** What later migrations have in another way. */
export interface SearchForm {
  /** What names of the table, its keys and its functions end with while an earlier form is still in use. */
  ending: string;
  /** SQL of what each lexeme of the job `job` begins with. */
  group: string | undefined;
  /** Columns of `job_search` that repeat those of `jobs`, beside the owner. */
  repeated: readonly string[];
}

/** Lexemes as they are, and no columns besides. */
export const FIRST_FORM: SearchForm = { ending: '', group: undefined, repeated: [] };

/** The table, filled with the jobs there are, and what keeps it true; without an index to search by. */
export const createSearch = async (runner: QueryRunner, form: SearchForm): Promise<void> => {
  await createFacetsFunction(runner, form);
  const { ending } = form;
  const repeated = ['owner_id', ...form.repeated];
  // As one statement that may work in parallel; keys and indexes are built over the rows, which is quicker than growing them.
  await runner.query(`
    CREATE TABLE job_search${ending} AS
    SELECT id AS job_id, ${repeated.join(', ')}, job_facets${ending}(jobs.*) AS facets FROM jobs`);
  const required = ['job_id', ...repeated, 'facets'].map((name) => `ALTER COLUMN ${name} SET NOT NULL`);
  await runner.query(`ALTER TABLE job_search${ending} ${required.join(', ')}`);
  await runner.query(
    `ALTER TABLE job_search${ending} ADD CONSTRAINT pk_job_search${ending} PRIMARY KEY (job_id)`,
  );
  await runner.query(`
    ALTER TABLE job_search${ending} ADD CONSTRAINT fk_job_search${ending}_job
    FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE`);
  await createTriggers(runner, form);
};

/** What is searched by in the first form. */
export const createIndex = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`CREATE INDEX ix_job_search_owner_facets ON job_search USING gin (owner_id, facets)`);

/** Takes back `createSearch`. @param ending as its form has it */
export const dropSearch = async (runner: QueryRunner, ending = ''): Promise<void> => {
  await runner.query(`DROP TRIGGER tr_jobs_search_update${ending} ON jobs`);
  await runner.query(`DROP TRIGGER tr_jobs_search_insert${ending} ON jobs`);
  await runner.query(
    `DROP FUNCTION index_updated_job${ending}, index_inserted_jobs${ending}, job_facets${ending}, tag_lexemes${ending}`,
  );
  await runner.query(`DROP TABLE job_search${ending}`);
};

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
  await runner.query(`
    CREATE FUNCTION quote_lexeme(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN '''' || replace(replace(value, '\\', '\\\\'), '''', '''''') || ''''`);
};

/** What folded tags are joined by, and taken apart again. */
const SEPARATOR = 'chr(31)';

/**
 * Written for speed, since jobs that are imported wait for little else: with a sub-select in it, or called
 * IMMUTABLE although it calls functions that are only STABLE, Postgres does not put a function's expression in
 * the place of its call, and then each call costs four times as much. Hence texts are joined, folded at once and
 * taken apart. A tag that holds the separator itself sends the job's tags the slow way.
 */
const createFacetsFunction = async (runner: QueryRunner, { ending, group }: SearchForm): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION tag_lexemes${ending}(tags text[]${group === undefined ? '' : ', beginning text'}) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT array_agg(${group === undefined ? '' : 'beginning || '}'tag=' || fold_case(tag)) FROM unnest(tags) AS tag)`);
  const tagByTag =
    group === undefined ? `tag_lexemes${ending}(job.tags)` : `tag_lexemes${ending}(job.tags, ${group})`;
  const prefix = group === undefined ? '' : `${group} || `;
  await runner.query(`
    CREATE FUNCTION job_facets${ending}(job jobs) RETURNS tsvector
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(
      ARRAY[
        ${prefix}'workflow=' || job.workflow_id,
        ${prefix}'company=' || fold_case(job.company),
        ${prefix}'location=' || fold_case(job.location),
        ${prefix}'city=' || fold_case(job.city),
        ${prefix}'state=' || fold_case(job.state),
        ${prefix}'jobType=' || fold_case(job.job_type),
        ${prefix}'industry=' || fold_case(job.industry),
        ${prefix}'source=' || fold_case(job.source)
      ]
      || CASE WHEN strpos(array_to_string(job.tags, ''), ${SEPARATOR}) > 0 THEN ${tagByTag}
         ELSE string_to_array(
           ${prefix}'tag=' || replace(
             fold_case(nullif(array_to_string(job.tags, ${SEPARATOR}), '')), ${SEPARATOR}, ${SEPARATOR} || ${prefix}'tag='),
           ${SEPARATOR})
         END
      || string_to_array(
           ${prefix}'word=' || replace(
             nullif(fold_words(concat_ws(' ', job.title, job.company)), ''), ' ', ' ' || ${prefix}'word='), ' '),
      NULL))`);
};

/** The `tsquery` that finds jobs with all the named values and with words that begin with each given word. */
export const createQueryFunction = async (runner: QueryRunner): Promise<void> => {
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

/** Columns of `jobs` that lexemes are made of. */
const SEARCHED = [
  'workflow_id',
  'title',
  'company',
  'location',
  'city',
  'state',
  'job_type',
  'industry',
  'source',
  'tags',
];

const createTriggers = async (runner: QueryRunner, form: SearchForm): Promise<void> => {
  const { ending } = form;
  await createTriggerFunctions(runner, form);
  await runner.query(`
    CREATE TRIGGER tr_jobs_search_insert${ending} AFTER INSERT ON jobs
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION index_inserted_jobs${ending}()`);
  const columns = ['owner_id', ...form.repeated, ...SEARCHED];
  const row = (name: string): string => `(${columns.map((column) => `${name}.${column}`).join(', ')})`;
  await runner.query(`
    CREATE TRIGGER tr_jobs_search_update${ending} AFTER UPDATE OF ${columns.join(', ')} ON jobs
    FOR EACH ROW WHEN (${row('OLD')} IS DISTINCT FROM ${row('NEW')}) EXECUTE FUNCTION index_updated_job${ending}()`);
};

/** Made, or made to write the table of that form. */
export const createTriggerFunctions = async (
  runner: QueryRunner,
  { ending, repeated: others }: SearchForm,
): Promise<void> => {
  const repeated = ['owner_id', ...others];
  await runner.query(`
    CREATE OR REPLACE FUNCTION index_inserted_jobs${ending}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO job_search${ending} (job_id, ${repeated.join(', ')}, facets)
      SELECT inserted.id, ${repeated.map((name) => `inserted.${name}`).join(', ')}, job_facets${ending}(inserted.*::jobs) FROM inserted;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION index_updated_job${ending}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE job_search${ending}
      SET ${repeated.map((name) => `${name} = NEW.${name}`).join(', ')}, facets = job_facets${ending}(NEW)
      WHERE job_id = NEW.id;
      RETURN NULL;
    END $$`);
};
