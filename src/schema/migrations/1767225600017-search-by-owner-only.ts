import { type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  createIndex,
  createQueryFunction,
  createSearch,
  createTriggerFunctions,
  dropSearch,
  FIRST_FORM,
} from './1767225600003-create-job-search';
import { BY_OWNER } from './1767225600016-search-by-owner';

/** What has an ending in its name while both forms are there; it stands for the star. */
const NAMES = {
  constraints: ['pk_job_search*', 'fk_job_search*_job'],
  functions: ['tag_lexemes*', 'job_facets*', 'index_inserted_jobs*', 'index_updated_job*'],
  triggers: ['tr_jobs_search_insert*', 'tr_jobs_search_update*'],
};

/**
 * Ends the first form of searches and gives its names to that by owner. Apart from making it, so that readers of jobs wait for
 * this moment only; and it locks at once as far as it has to, since a lock that grows could wait for writers who wait for it.
 */
export class SearchByOwnerOnly1767225600017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE jobs, job_search IN ACCESS EXCLUSIVE MODE`);
    await dropSearch(runner);
    await runner.query(`DROP FUNCTION facet_query(text[], text[], text)`);
    await rename(runner, BY_OWNER.ending, '');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE jobs, job_search IN ACCESS EXCLUSIVE MODE`);
    await rename(runner, '', BY_OWNER.ending);
    await createSearch(runner, FIRST_FORM);
    await createIndex(runner);
    await createQueryFunction(runner);
  }
}

/** Gives all that is by owner names with another ending. */
const rename = async (runner: QueryRunner, from: string, to: string): Promise<void> => {
  const changes = (names: string[]): [before: string, after: string][] =>
    names.map((name) => [name.replace('*', from), name.replace('*', to)]);
  await runner.query(`ALTER TABLE job_search${from} RENAME TO job_search${to}`);
  for (const [before, after] of changes(NAMES.constraints)) {
    await runner.query(`ALTER TABLE job_search${to} RENAME CONSTRAINT ${before} TO ${after}`);
  }
  for (const [before, after] of changes(NAMES.functions)) {
    await runner.query(`ALTER FUNCTION ${before} RENAME TO ${after}`);
  }
  for (const [before, after] of changes(NAMES.triggers)) {
    await runner.query(`ALTER TRIGGER ${before} ON jobs RENAME TO ${after}`);
  }
  await createTriggerFunctions(runner, { ...BY_OWNER, ending: to });
};
