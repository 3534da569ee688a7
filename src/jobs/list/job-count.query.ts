import { Injectable } from '@nestjs/common';
import { currentJobs } from '../../job-counts';
import { Database, Parameters, preparable, unprepared } from '../../platform/database';
import { type Total } from '../../platform/pagination';
import { type JobFilter } from './job-filter';
import { matching, matchingToCount } from './job-matches.sql';
import { isSearch } from './job-predicates';
import {
  expectedOf,
  newestSampleStatement,
  randomSampleStatement,
  type Sample,
} from './job-sample.statements';
import { isCounted } from './job-total.sql';
import { type Survey } from './search-survey';

/** Up to this many rows a total is always exact. */
const EXACT_UP_TO = 1000;

/** An owner with fewer jobs has them looked through for a total. */
const SAMPLE_ROWS = 2000;

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

/** What is known of a total beside what counting tells. */
export interface KnownOfTotal {
  /** Rows known to exist; an estimate is never below it. */
  seen: number;
  /** The total, where the page was all there is. */
  known: number | undefined;
  /** What the page told along. */
  counted: number | null;
  /** What `find` was asked for while the page was read. */
  begun: Promise<Total> | undefined;
}

/** Nothing was looked at. */
const UNKNOWN: Survey = { looked: 0, hits: null, ranged: null };

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
   */
  async total(
    filter: JobFilter,
    count: CountRequest,
    { seen, known, counted, begun }: KnownOfTotal,
  ): Promise<Total> {
    if (count === 'none') return { items: null, mode: 'none' };
    if (known !== undefined) return { items: known, mode: 'exact' };
    if (counted !== null) return { items: counted, mode: 'exact' };
    const total = await (begun ?? this.find(filter, count));
    return total.mode === 'estimated' ? { ...total, items: Math.max(total.items ?? 0, seen) } : total;
  }

  /** The total, where neither page nor counts tell it. */
  async find(filter: JobFilter, count: CountRequest): Promise<Total> {
    switch (count) {
      case 'none':
        return { items: null, mode: 'none' };
      case 'exact':
        return { items: await this.count(filter, undefined), mode: 'exact' };
      case 'estimated':
        return { items: await this.estimated(filter), mode: 'estimated' };
      case 'auto':
        return this.auto(filter);
    }
  }

  private async auto(filter: JobFilter): Promise<Total> {
    const all = await this.all(filter);
    const sample = await this.sample(filter, all);
    if (all < SAMPLE_ROWS && sample.looked < SAMPLE_ROWS) return { items: sample.matched, mode: 'exact' };
    const expected = expectedOf(sample, all);
    if (sample.matched >= MANY.sampled && expected > MANY.inAll)
      return { items: expected, mode: 'estimated' };
    const rows = await this.count(filter, EXACT_UP_TO + 1, sample);
    if (rows <= EXACT_UP_TO) return { items: rows, mode: 'exact' };
    return { items: Math.max(expected, rows), mode: 'estimated' };
  }

  /** How many jobs the owner has, archived or not as the filter says; from the counts. */
  private async all({ ownerId, archived }: JobFilter): Promise<number> {
    const parameters = new Parameters();
    const owner = parameters.add(ownerId, 'uuid');
    const text = `SELECT ${currentJobs({ owner, archived, where: [] })} AS jobs`;
    const statement = preparable('jobs.all', text);
    return (await this.database.readOne<{ jobs: number }>(statement, parameters.values)).jobs;
  }

  /** All jobs of an owner with few, else some that are drawn. */
  private sample(filter: JobFilter, all: number): Promise<Sample> {
    return this.database.readBound(
      all < SAMPLE_ROWS ? newestSampleStatement(filter, SAMPLE_ROWS) : randomSampleStatement(filter),
    );
  }

  /** Words of an owner by a sample, since the planner knows them of all owners only; else as the planner has it. */
  private async estimated(filter: JobFilter): Promise<number> {
    if (!isSearch(filter)) return this.planned(filter);
    const all = await this.all(filter);
    return expectedOf(await this.sample(filter, all), all);
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
    const text = `SELECT count(*)::int AS rows FROM (SELECT 1 ${matchingToCount(filter, survey, parameters)} ${bounded}) c`;
    const statement = unprepared(text, 'jobs.count');
    return (await this.database.readOne<{ rows: number }>(statement, parameters.values)).rows;
  }
}
