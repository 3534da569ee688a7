import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { createSearch, dropSearch, type SearchForm } from './1767225600003-create-job-search';

/** Lexemes with the group of their owner, and the order of the list. */
export const BY_OWNER: SearchForm = {
  ending: '_by_owner',
  group: 'search_group(job.owner_id)',
  repeated: ['created_at', 'archived'],
};

/**
 * Searches that cost what their owner has, not what all have: lexemes begin with the group of their owner, so that the
 * beginning of a word is sought among the words of few owners; and what jobs are searched by lies in the order of the list
 * as well, so that the newest that match are found without the jobs between them.
 *
 * All that is made beside what is there, which stays in use: jobs are read meanwhile, writers of jobs wait.
 */
export class SearchByOwner1767225600016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What is read stays true until the triggers are there.
    await runner.query(`LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE`);
    await createGroup(runner);
    await createSearch(runner, BY_OWNER);
    await runner.query(`CREATE INDEX ix_job_search_facets ON job_search_by_owner USING gin (facets)`);
    await runner.query(
      `CREATE INDEX ix_job_search_owner_created_at ON job_search_by_owner (owner_id, archived, created_at, job_id)`,
    );
    await createQueryFunctions(runner);
    await runner.query(`ANALYZE job_search_by_owner`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE`);
    await dropSearch(runner, BY_OWNER.ending);
    await runner.query(
      `DROP FUNCTION facet_query(uuid, text[], text[], text, int[]), facet_terms(uuid, text[], text[], text), search_group(uuid)`,
    );
  }
}

/**
 * One of 4096 groups of owners, by the end of their id, which is random in every version of UUID that is given out. Did each
 * owner have a group of their own, most entries of the index would be of few jobs, and the index several times as large.
 */
const createGroup = (runner: QueryRunner): Promise<unknown> =>
  runner.query(`
    CREATE FUNCTION search_group(owner uuid) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN right(owner::text, 3)`);

/**
 * `facet_terms` are the texts of queries, one for each of the named values and then for each word, in their order;
 * `facet_query` finds the jobs that match all of them, or all those whose places (from 1) are chosen.
 */
const createQueryFunctions = async (runner: QueryRunner): Promise<void> => {
  await runner.query(`
    CREATE FUNCTION facet_terms(owner uuid, names text[], vals text[], words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN
      ARRAY(SELECT quote_lexeme(search_group(owner) || name || '=' || fold_case(value))
            FROM unnest(names, vals) WITH ORDINALITY AS f (name, value, place) ORDER BY place)
      || ARRAY(SELECT quote_lexeme(search_group(owner) || 'word=' || word) || ':*'
               FROM unnest(search_words(words)) WITH ORDINALITY AS w (word, place) ORDER BY place)`);
  await runner.query(`
    CREATE FUNCTION facet_query(owner uuid, names text[], vals text[], words text, chosen int[]) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
      SELECT string_agg(term, ' & ')
      FROM unnest(facet_terms(owner, names, vals, words)) WITH ORDINALITY AS t (term, place)
      WHERE chosen IS NULL OR place = ANY (chosen)
    )::tsquery`);
};
