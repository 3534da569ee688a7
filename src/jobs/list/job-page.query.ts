import { Injectable } from '@nestjs/common';
import {
  Database,
  HiddenParameters,
  Parameters,
  preparable,
  unprepared,
  type Statement,
} from '../../platform/database';
import { type CursorPosition } from '../../platform/pagination';
import { rowJson, type JobField } from '../job-json';
import { newestRows } from './job-count.query';
import { type JobFilter } from './job-filter';
import { ReadingOrder } from './job-order';
import { facetLookup, jobPredicates, type JobPredicates } from './job-predicates';
import { type JobSort } from './job-sort';

/** What page of which jobs is wanted. */
export interface PageRequest {
  filter: JobFilter;
  sort: JobSort;
  limit: number;
  /** Rows to pass over; 0 with a cursor. */
  offset: number;
  cursor: CursorPosition | undefined;
  fields: readonly JobField[];
  /** Counts the matching rows too, up to this many; only where a page is read along an index. */
  countUpTo?: number | undefined;
}

/** A page as Postgres gives it: the rows as JSON, and where they begin and end. */
export interface Page {
  /** JSON objects joined by commas, in the order of the sort. */
  rows: string;
  /** Rows read, one more than `limit` if there are more. */
  fetched: number;
  /** Key and id of the row read first, and of the last that is shown of a full page. */
  firstKey: string | null;
  firstId: string | null;
  lastKey: string | null;
  lastId: string | null;
  /** Rows that match, counted up to `countUpTo`; `null` when that was not asked for. */
  counted: number | null;
}

/**
 * How many rows a page of a filtered list walks along its sort before another way is taken. With a look at the
 * search row of each that is 16 rows read for one wanted, which leaves a rare word room to be collected.
 */
export const WALK_ROWS_PER_LIMIT = 8;

/** The same for a second walk, where the first one found some but not enough. */
export const LONG_WALK_ROWS_PER_LIMIT = 100;

/**
 * Reads pages. A filter has two good plans: to walk along the sort's index until the page is full (right
 * when many rows match), or to collect the matches by another index and sort them (right when few do). The
 * planner guesses between them and guesses wrong by orders of magnitude, so the query decides: it walks a
 * bounded number of rows, and collects only if those did not fill the page. Words and whole-field values that
 * are neither frequent nor rare get a second, longer walk first: as long as the first one makes it expect.
 */
@Injectable()
export class JobPageQuery {
  constructor(private readonly database: Database) {}

  /** The page, read in one round trip or, for a filter that fewer rows match, two or three. */
  async read(request: PageRequest): Promise<Page> {
    if (isInOrder(request.filter, request.sort)) return this.run(directStatement(request));
    const length = walkLength(request);
    const walked = await this.run(walkStatement(request, length));
    if (isComplete(request, walked, length)) return walked;
    const longer = longWalkLength(request, walked, length);
    if (longer !== undefined) {
      const further = await this.run(walkStatement(request, longer));
      if (isComplete(request, further, longer)) return further;
    }
    return this.run(collectStatement(request));
  }

  private async run({ statement, values }: BoundStatement): Promise<WalkedPage> {
    return this.database.queryOne<WalkedPage>(statement, values);
  }
}

type WalkedPage = Page & { walked: number };

/** A statement and the values of its placeholders. */
export interface BoundStatement {
  statement: Statement;
  values: unknown[];
}

/** Whether an index gives the matching rows one after another in the order of the sort. */
const isInOrder = (filter: JobFilter, sort: JobSort): boolean => {
  const { onColumns, facets } = jobPredicates(filter, sort, new Parameters());
  if (facets !== undefined) return false;
  if (onColumns.length === 0) return true;
  const oneStatus = filter.statuses?.keys.length === 1 && filter.statuses.categories.length === 0;
  return oneStatus && onColumns.length === 1 && sort.column === 'created_at';
};

const walkLength = ({ limit, offset }: PageRequest): number => WALK_ROWS_PER_LIMIT * limit + 3 * offset;

/** Whether a walk filled the page, or there was nothing left to walk. */
const isComplete = ({ limit }: PageRequest, { fetched, walked }: WalkedPage, length: number): boolean =>
  fetched > limit || walked < length;

/**
 * How far a second walk should go to find the page, by what the first one found, with half as much again for
 * luck. `undefined` where that is too far, or where the planner has good statistics of the columns to decide by.
 */
const longWalkLength = (
  request: PageRequest,
  { fetched }: WalkedPage,
  length: number,
): number | undefined => {
  const { filter, sort, limit, offset } = request;
  if (fetched === 0 || jobPredicates(filter, sort, new Parameters()).facets === undefined) return undefined;
  const longer = Math.ceil((1.5 * length * (offset + limit + 1)) / (offset + fetched));
  return longer <= LONG_WALK_ROWS_PER_LIMIT * limit + 3 * offset ? longer : undefined;
};

/** What the branches of a page have in common. */
interface Branch {
  from: string;
  where: readonly string[];
  limit: number;
}

/** One segment of the order: a branch for each value of `archived`, each along an index. */
const segmentBranches = (
  request: PageRequest,
  order: ReadingOrder,
  owner: string,
  segment: readonly string[],
  { from, where, limit }: Branch,
): string[] =>
  request.filter.archived.map((archived) => {
    const conditions = [`j.owner_id = ${owner}`, `j.archived = ${archived}`, ...segment, ...where];
    return `(SELECT j.* FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${order.withinSegment} LIMIT ${limit})`;
  });

/** The branches of all segments. */
const branches = (
  request: PageRequest,
  order: ReadingOrder,
  parameters: Parameters,
  branch: Branch,
): string => {
  const owner = parameters.add(request.filter.ownerId, 'uuid');
  return order
    .segments(parameters)
    .flatMap((segment) => segmentBranches(request, order, owner, segment, branch))
    .join(' UNION ALL ');
};

/** Numbers the rows of `source` in reading order, and writes the page of them. */
const pageOf = (request: PageRequest, order: ReadingOrder, source: string, further: string): string => `
  SELECT coalesce(string_agg(${rowJson(request.fields)}, ',' ORDER BY j.rn ${order.reversed ? 'DESC' : 'ASC'})
                  FILTER (WHERE j.rn <= ${request.limit}), '') AS "rows",
         count(*)::int AS "fetched",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = 1) AS "firstKey",
         min(j.id::text) FILTER (WHERE j.rn = 1) AS "firstId",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = ${request.limit}) AS "lastKey",
         min(j.id::text) FILTER (WHERE j.rn = ${request.limit}) AS "lastId",
         ${further}
  FROM (
    SELECT row_number() OVER (ORDER BY ${order.overall}) - ${request.offset} AS rn, j.*
    FROM (${source}) j
    ORDER BY ${order.overall} OFFSET ${request.offset} LIMIT ${request.limit + 1}
  ) j`;

/** What a page tells that neither walked nor counted. */
const NOTHING_FURTHER = '0 AS "walked", NULL::int AS "counted"';

/** The number of matching rows in the page's own round trip, which costs less than one of its own. */
const countedUpTo = ({ filter, countUpTo }: PageRequest, parameters: Parameters): string =>
  `(SELECT count(*) FROM (${newestRows(filter, parameters.add(filter.ownerId, 'uuid'), countUpTo ?? 0)}) c)`;

/** Reads along the sort's index, or the status's: nothing is read that is not shown or passed over. */
export const directStatement = (request: PageRequest): BoundStatement => {
  // Deep offsets come in too many shapes to prepare each.
  const prepared = request.offset === 0;
  const parameters = prepared ? new HiddenParameters() : new Parameters();
  const order = new ReadingOrder(request.sort, request.cursor);
  const { onSortKey, onColumns } = jobPredicates(request.filter, request.sort, parameters);
  const source = branches(request, order, parameters, {
    from: 'jobs j',
    where: [...onSortKey, ...onColumns],
    limit: request.offset + request.limit + 1,
  });
  const counted = request.countUpTo === undefined ? 'NULL' : countedUpTo(request, parameters);
  const text = pageOf(request, order, source, `0 AS "walked", ${counted}::int AS "counted"`);
  return {
    statement: prepared ? preparable('jobs.page', text) : unprepared(text),
    values: parameters.values,
  };
};

/**
 * Walks a bounded number of rows along the sort's index and keeps those that match.
 * @param length most rows to walk
 */
export const walkStatement = (request: PageRequest, length = walkLength(request)): BoundStatement => {
  const parameters = new Parameters();
  const order = new ReadingOrder(request.sort, request.cursor);
  const predicates = jobPredicates(request.filter, request.sort, parameters);
  const conditions = [...predicates.onColumns, ...facetLookup(predicates)];
  const source = `SELECT j.* FROM walk j WHERE ${conditions.join(' AND ')}`;
  const branch = { from: 'jobs j', where: predicates.onSortKey, limit: length };
  const text = `
    WITH ${walkedSegments(request, order, parameters, branch)}
    ${pageOf(request, order, source, '(SELECT count(*)::int FROM walk) AS "walked", NULL::int AS "counted"')}`;
  return { statement: unprepared(text), values: parameters.values };
};

/** Collects every match by the index that suits the filter, then sorts. */
export const collectStatement = (request: PageRequest): BoundStatement => {
  const parameters = new Parameters();
  const order = new ReadingOrder(request.sort, request.cursor);
  const predicates = jobPredicates(request.filter, request.sort, parameters);
  const where = [...predicates.onSortKey, ...predicates.onColumns];
  const limit = request.offset + request.limit + 1;
  if (predicates.facets === undefined) {
    const source = branches(request, order, parameters, { from: 'jobs j', where, limit });
    return {
      statement: unprepared(pageOf(request, order, source, NOTHING_FURTHER)),
      values: parameters.values,
    };
  }
  const matches = matchesByFacets(request.filter, predicates, parameters);
  const source = branches(request, order, parameters, { from: 'matches j', where, limit });
  const text = `WITH matches AS MATERIALIZED (${matches}) ${pageOf(request, order, source, NOTHING_FURTHER)}`;
  return { statement: unprepared(text), values: parameters.values };
};

/** The first rows of all segments as `walk`; a later segment gives only what the one before it leaves to take. */
const walkedSegments = (
  request: PageRequest,
  order: ReadingOrder,
  parameters: Parameters,
  branch: Branch,
): string => {
  const owner = parameters.add(request.filter.ownerId, 'uuid');
  const segments = order.segments(parameters).map((segment, index) => {
    const rows = segmentBranches(request, order, owner, segment, branch).join(' UNION ALL ');
    const limit = index === 0 ? branch.limit : `(SELECT ${branch.limit} - count(*) FROM segment_0)`;
    return `segment_${index} AS MATERIALIZED (
      SELECT j.* FROM (${rows}) j ORDER BY ${order.withinSegment} LIMIT ${limit}
    )`;
  });
  const all = segments.map((_, index) => `SELECT * FROM segment_${index}`).join(' UNION ALL ');
  return `${segments.join(', ')}, walk AS (${all})`;
};

/**
 * The owner's jobs that the search index finds. `OFFSET 0` has each looked up by its id: a planner that
 * overestimates the matches would read the whole table instead.
 */
const matchesByFacets = (filter: JobFilter, { facets }: JobPredicates, parameters: Parameters): string =>
  `SELECT j.* FROM job_search s
   CROSS JOIN LATERAL (SELECT j.* FROM jobs j WHERE j.id = s.job_id OFFSET 0) j
   WHERE s.owner_id = ${parameters.add(filter.ownerId, 'uuid')} AND s.facets @@ ${facets ?? ''}`;
