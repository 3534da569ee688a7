import { Injectable } from '@nestjs/common';
import { currentJobs } from '../../job-counts';
import { Database, Parameters, preparable, unprepared } from '../../platform/database';
import { type Total } from '../../platform/pagination';
import { FIRST_EIGHTH, SAMPLE_PLACE } from '../random-sample.sql';
import { type JobFilter } from './job-filter';
import { jobPredicates } from './job-predicates';
import { jobSort } from './job-sort';
import { isCounted } from './job-total.sql';
import { SEARCH_ROWS, searchedRows } from './search-page.statements';
import { hitsAmong, soughtTerms, type Survey } from './search-survey';

/** Up to this many rows a total is always exact. */
const EXACT_UP_TO = 1000;

/** An owner with fewer jobs has them looked through for a total. */
const SAMPLE_ROWS = 2000;

/** Jobs in the random sample of an owner who has many. */
const RANDOM_ROWS = 400;

/**
 * A total is not counted where so many of the sample match, and they tell of so many in all. Of 1000 matches or fewer that is
 * so by chance in one of a hundred samples of a million jobs, and in one of three thousand of a hundred thousand (Poisson).
 */
const MANY = { sampled: 3, inAll: 3 * EXACT_UP_TO };

/** How a total is asked for. */
export type CountRequest = 'auto' | 'exact' | 'estimated' | 'none';

/** The planner's idea of `SELECT`, as `EXPLAIN (FORMAT JSON)` tells it. */
interface Explained extends Record<string, unknown> {
  'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }];
}

/** Rows that were looked at, and those of them that match. */
interface Sample extends Survey {
  matched: number;
}

/** Nothing was looked at. */
const UNKNOWN: Survey = { looked: 0, hits: null };

/** Totals of a list, at a cost that does not grow with what is not shown. */
@Injectable()
export class JobCountQuery {
  constructor(private readonly database: Database) {}

  /** Whether the statement that reads the page should tell the total along, from the counts. */
  isCounted(filter: JobFilter, count: CountRequest): boolean {
    return (count === 'auto' || count === 'exact') && isCounted(filter);
  }

  /**
   * The total as `count` asks for it. `auto`: exact where the counts know it, and up to 1000 rows, else an
   * estimate by a random sample.
   * @param seen rows known to exist; an estimate is never below it
   * @param known the total, where the page was all there is
   * @param counted what the page told along
   */
  async total(
    filter: JobFilter,
    count: CountRequest,
    { seen, known, counted }: { seen: number; known?: number | undefined; counted: number | null },
  ): Promise<Total> {
    if (count === 'none') return { items: null, mode: 'none' };
    if (known !== undefined) return { items: known, mode: 'exact' };
    if (counted !== null) return { items: counted, mode: 'exact' };
    switch (count) {
      case 'exact':
        return { items: await this.count(filter, undefined), mode: 'exact' };
      case 'estimated':
        return this.estimated(filter, seen);
      case 'auto':
        return this.auto(filter, seen);
    }
  }

  private async auto(filter: JobFilter, seen: number): Promise<Total> {
    const all = await this.all(filter);
    if (all < SAMPLE_ROWS) {
      const sample = await this.sampleOf(filter, (owner) => newestRows(filter, owner, SAMPLE_ROWS));
      if (sample.looked < SAMPLE_ROWS) return { items: sample.matched, mode: 'exact' };
    }
    const sample = await this.randomSample(filter);
    const expected = expectedOf(sample, all);
    if (sample.matched >= MANY.sampled && expected > MANY.inAll)
      return { items: Math.max(expected, seen), mode: 'estimated' };
    const rows = await this.count(filter, EXACT_UP_TO + 1, sample);
    if (rows <= EXACT_UP_TO) return { items: rows, mode: 'exact' };
    return { items: Math.max(expected, rows, seen), mode: 'estimated' };
  }

  /** How many jobs the owner has, archived or not as the filter says; from the counts. */
  private async all({ ownerId, archived }: JobFilter): Promise<number> {
    const parameters = new Parameters();
    const owner = parameters.add(ownerId, 'uuid');
    const text = `SELECT ${currentJobs({ owner, archived, where: [] })} AS jobs`;
    const statement = preparable('jobs.all', text);
    return (await this.database.readOne<{ jobs: number }>(statement, parameters.values)).jobs;
  }

  /** Words of an owner by a random sample, since the planner knows them of all owners only; else as the planner has it. */
  private async estimated(filter: JobFilter, atLeast: number): Promise<Total> {
    if (jobPredicates(filter, jobSort(), new Parameters()).facets === undefined)
      return { items: Math.max(await this.planned(filter), atLeast), mode: 'estimated' };
    const all = await this.all(filter);
    const sample =
      all < SAMPLE_ROWS
        ? await this.sampleOf(filter, (owner) => newestRows(filter, owner, SAMPLE_ROWS))
        : await this.randomSample(filter);
    return { items: Math.max(expectedOf(sample, all), atLeast), mode: 'estimated' };
  }

  private async planned(filter: JobFilter): Promise<number> {
    const parameters = new Parameters();
    const text = `EXPLAIN (FORMAT JSON) SELECT 1 ${matching(filter, parameters)}`;
    const row = await this.database.readOne<Explained>(unprepared(text, 'jobs.estimate'), parameters.values);
    return row['QUERY PLAN'][0].Plan['Plan Rows'];
  }

  private async count(filter: JobFilter, limit: number | undefined, survey = UNKNOWN): Promise<number> {
    const parameters = new Parameters();
    const bounded = limit === undefined ? '' : `LIMIT ${limit}`;
    const rows = searchRowsMatching(filter, survey, parameters) ?? matching(filter, parameters);
    const text = `SELECT count(*)::int AS rows FROM (SELECT 1 ${rows} ${bounded}) c`;
    return (await this.database.readOne<{ rows: number }>(unprepared(text, 'jobs.count'), parameters.values))
      .rows;
  }

  private async randomSample(filter: JobFilter): Promise<Sample> {
    return this.sampleOf(filter, (owner) => randomRows(filter, owner));
  }

  /** What a sample shows. @param rowsOf SQL of its jobs, by that of their owner */
  private async sampleOf(filter: JobFilter, rowsOf: (owner: string) => string): Promise<Sample> {
    const parameters = new Parameters();
    const { onSortKey, onColumns, facets } = jobPredicates(filter, jobSort(), parameters);
    const rows = `(${rowsOf(parameters.add(filter.ownerId, 'uuid'))}) j`;
    const conditions = ['TRUE', ...onSortKey, ...onColumns].join(' AND ');
    const text =
      facets === undefined
        ? `SELECT count(*)::int AS looked, count(*) FILTER (WHERE ${conditions})::int AS matched, NULL AS hits FROM ${rows}`
        : `WITH sample AS MATERIALIZED (
             SELECT ${conditions} AS others, (SELECT s.facets FROM job_search s WHERE s.job_id = j.id) AS facets FROM ${rows}
           )
           SELECT count(*)::int AS looked, count(*) FILTER (WHERE others AND facets @@ (SELECT ${facets.all}))::int AS matched,
                  ${hitsAmong('sample', facets)} AS hits FROM sample`;
    // Planned for the owner: one with few jobs has their sample sorted, one with many has it read in order.
    return this.database.readOne(unprepared(text, 'jobs.sample'), parameters.values);
  }
}

/** How many match of all, if the sample is like all of them. */
const expectedOf = ({ looked, matched }: Sample, all: number): number =>
  looked === 0 ? 0 : Math.round((matched / looked) * all);

/** Some of the owner's jobs, each as likely as any other. */
const randomRows = ({ archived }: JobFilter, owner: string): string => {
  const branches = archived.map(
    (value) =>
      `(SELECT * FROM jobs WHERE owner_id = ${owner} AND archived = ${value} AND ${SAMPLE_PLACE} < ${FIRST_EIGHTH}
        ORDER BY ${SAMPLE_PLACE} LIMIT ${RANDOM_ROWS})`,
  );
  return `SELECT * FROM (${branches.join(' UNION ALL ')}) b ORDER BY ${SAMPLE_PLACE} LIMIT ${RANDOM_ROWS}`;
};

/**
 * The owner's newest rows. The order keeps the planner to the index: it would read the table in hope of them.
 * @param owner SQL for the id of the owner
 */
const newestRows = (filter: JobFilter, owner: string, limit: number): string => {
  const branches = filter.archived.map(
    (archived) =>
      `(SELECT * FROM jobs WHERE owner_id = ${owner} AND archived = ${archived}
        ORDER BY created_at DESC, id DESC LIMIT ${limit})`,
  );
  return `SELECT * FROM (${branches.join(' UNION ALL ')}) b LIMIT ${limit}`;
};

const scope = (
  filter: JobFilter,
  archived: readonly boolean[],
  parameters: Parameters,
  alias: string,
): string => {
  const owner = `${alias}owner_id = ${parameters.add(filter.ownerId, 'uuid')}`;
  return archived.length === 1 ? `${owner} AND ${alias}archived = ${archived[0] ?? false}` : owner;
};

/** `FROM` and `WHERE` of the search rows that match; `undefined` where they do not know all that is asked for. */
const searchRowsMatching = (
  filter: JobFilter,
  survey: Survey,
  parameters: Parameters,
): string | undefined => {
  if (!isAnsweredBySearchRows(filter)) return undefined;
  const { onSortKey, facets } = jobPredicates(filter, jobSort(), parameters);
  if (facets === undefined) return undefined;
  const conditions = [...searchedRows(filter, parameters), ...onSortKey, ...soughtTerms(facets, survey)];
  return `FROM ${SEARCH_ROWS} WHERE ${conditions.join(' AND ')}`;
};

const isAnsweredBySearchRows = (filter: JobFilter): boolean => {
  const { onColumns, facets } = jobPredicates(filter, jobSort(), new Parameters());
  return facets !== undefined && onColumns.length === 0;
};

/** `FROM` and `WHERE` of the jobs that match. */
export const matching = (filter: JobFilter, parameters: Parameters): string => {
  const { onSortKey, onColumns, facets } = jobPredicates(filter, jobSort(), parameters);
  const conditions = [scope(filter, filter.archived, parameters, 'j.'), ...onSortKey, ...onColumns];
  if (facets === undefined) return `FROM jobs j WHERE ${conditions.join(' AND ')}`;
  return `FROM job_search s JOIN jobs j ON j.id = s.job_id
    WHERE s.owner_id = j.owner_id AND ${conditions.join(' AND ')} AND s.facets @@ ${facets.all}`;
};
