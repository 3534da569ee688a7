import { Injectable } from '@nestjs/common';
import { currentJobs } from '../../job-counts';
import { Database, Parameters, preparable, unprepared } from '../../platform/database';
import { type Total } from '../../platform/pagination';
import { FIRST_EIGHTH, SAMPLE_PLACE } from '../random-sample.sql';
import { type JobFilter } from './job-filter';
import { facetLookup, jobPredicates } from './job-predicates';
import { jobSort } from './job-sort';
import { isCounted } from './job-total.sql';

/** Up to this many rows a total is always exact. */
const EXACT_UP_TO = 1000;

/** Rows of an owner that a filtered count looks at, before it asks whether counting further is cheap. */
const SAMPLE_ROWS = 2000;

/** Up to this many expected matches a count is tried although the owner has many jobs. */
const TRY_UP_TO = 10_000;

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
interface Sample {
  looked: number;
  matched: number;
}

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
   * estimate: by a random sample of an owner with many jobs, or the planner's.
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
    const [archived, ...both] = filter.archived;
    const all = archived === undefined || both.length > 0 ? 0 : await this.all(filter);
    if (archived !== undefined && all >= SAMPLE_ROWS) return this.ofMany(filter, archived, all, seen);
    const sample = await this.sample(filter);
    if (sample.looked < SAMPLE_ROWS) return { items: sample.matched, mode: 'exact' };
    const atLeast = Math.max(seen, sample.matched);
    const estimate = await this.estimated(filter, atLeast);
    if (estimate.items === null || estimate.items > TRY_UP_TO) return estimate;
    const rows = await this.count(filter, EXACT_UP_TO + 1);
    if (rows <= EXACT_UP_TO) return { items: rows, mode: 'exact' };
    return { items: Math.max(estimate.items, rows), mode: 'estimated' };
  }

  /** Of an owner with many jobs: by a random sample, and counted where that does not tell of more than 1000. */
  private async ofMany(filter: JobFilter, archived: boolean, all: number, seen: number): Promise<Total> {
    const { looked, matched } = await this.randomSample(filter, archived);
    const expected = looked === 0 ? 0 : Math.round((matched / looked) * all);
    if (matched >= MANY.sampled && expected > MANY.inAll)
      return { items: Math.max(expected, seen), mode: 'estimated' };
    const rows = await this.count(filter, EXACT_UP_TO + 1);
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

  private async estimated(filter: JobFilter, atLeast: number): Promise<Total> {
    const parameters = new Parameters();
    const text = `EXPLAIN (FORMAT JSON) SELECT 1 ${matching(filter, parameters)}`;
    const row = await this.database.readOne<Explained>(unprepared(text, 'jobs.estimate'), parameters.values);
    return { items: Math.max(row['QUERY PLAN'][0].Plan['Plan Rows'], atLeast), mode: 'estimated' };
  }

  private async count(filter: JobFilter, limit: number | undefined): Promise<number> {
    const parameters = new Parameters();
    const bounded = limit === undefined ? '' : `LIMIT ${limit}`;
    const text = `SELECT count(*)::int AS rows FROM (SELECT 1 ${matching(filter, parameters)} ${bounded}) c`;
    return (await this.database.readOne<{ rows: number }>(unprepared(text, 'jobs.count'), parameters.values))
      .rows;
  }

  /** How many of the owner's first rows match; all there are, if the owner has fewer than the sample. */
  private async sample(filter: JobFilter): Promise<Sample> {
    return this.sampleOf(filter, (owner) => newestRows(filter, owner, SAMPLE_ROWS));
  }

  private async randomSample(filter: JobFilter, archived: boolean): Promise<Sample> {
    return this.sampleOf(filter, (owner) => randomRows(archived, owner));
  }

  private async sampleOf(filter: JobFilter, rowsOf: (owner: string) => string): Promise<Sample> {
    const parameters = new Parameters();
    const predicates = jobPredicates(filter, jobSort(), parameters);
    const conditions = [...predicates.onSortKey, ...predicates.onColumns, ...facetLookup(predicates)];
    const text = `
      SELECT count(*)::int AS looked, count(*) FILTER (WHERE ${conditions.join(' AND ')})::int AS matched
      FROM (${rowsOf(parameters.add(filter.ownerId, 'uuid'))}) j`;
    return this.database.readOne(unprepared(text, 'jobs.sample'), parameters.values);
  }
}

/** Some of the owner's jobs, each as likely as any other. */
const randomRows = (archived: boolean, owner: string): string =>
  `SELECT * FROM jobs WHERE owner_id = ${owner} AND archived = ${archived} AND ${SAMPLE_PLACE} < ${FIRST_EIGHTH}
   ORDER BY ${SAMPLE_PLACE} LIMIT ${RANDOM_ROWS}`;

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

/** `FROM` and `WHERE` of the jobs that match. */
export const matching = (filter: JobFilter, parameters: Parameters): string => {
  const { onSortKey, onColumns, facets } = jobPredicates(filter, jobSort(), parameters);
  const conditions = [scope(filter, filter.archived, parameters, 'j.'), ...onSortKey, ...onColumns];
  if (facets === undefined) return `FROM jobs j WHERE ${conditions.join(' AND ')}`;
  return `FROM job_search s JOIN jobs j ON j.id = s.job_id
    WHERE s.owner_id = j.owner_id AND ${conditions.join(' AND ')} AND s.facets @@ ${facets}`;
};
