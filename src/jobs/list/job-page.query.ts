import { Injectable } from '@nestjs/common';
import { Database, Parameters, preparable, unprepared, type Statement } from '../../platform/database';
import { type CursorPosition } from '../../platform/pagination';
import { rowJson, type JobField } from '../job-json';
import { type JobFilter } from './job-filter';
import { ReadingOrder } from './job-order';
import { jobPredicates, type JobPredicates } from './job-predicates';
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
}

/** How many rows a page of a filtered list walks along its sort before another way is taken. */
export const WALK_ROWS_PER_LIMIT = 10;

/**
 * Reads pages. A filter has two good plans: to walk along the sort's index until the page is full (right
 * when many rows match), or to collect the matches by another index and sort them (right when few do). The
 * planner guesses between them and guesses wrong by orders of magnitude, so the query decides: it walks a
 * bounded number of rows, and collects only if those did not fill the page.
 */
@Injectable()
export class JobPageQuery {
  constructor(private readonly database: Database) {}

  /** The page, read in one round trip or, for a filter that few rows match, two. */
  async read(request: PageRequest): Promise<Page> {
    if (isInOrder(request.filter, request.sort)) return this.run(directStatement(request));
    const walked = await this.run(walkStatement(request));
    const complete = walked.fetched > request.limit || walked.walked < walkLength(request);
    return complete ? walked : this.run(collectStatement(request));
  }

  private async run({ statement, values }: BoundStatement): Promise<Page & { walked: number }> {
    return this.database.queryOne<Page & { walked: number }>(statement, values);
  }
}

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

/** The branches of a page: one for each value of `archived` and segment of the order, each along an index. */
const branches = (
  request: PageRequest,
  order: ReadingOrder,
  parameters: Parameters,
  { from, where, limit }: { from: string; where: readonly string[]; limit: number },
): string => {
  const owner = parameters.add(request.filter.ownerId, 'uuid');
  const selects = request.filter.archived.flatMap((archived) =>
    order.segments(parameters).map((segment) => {
      const conditions = [`j.owner_id = ${owner}`, `j.archived = ${archived}`, ...segment, ...where];
      return `(SELECT j.* FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${order.withinSegment} LIMIT ${limit})`;
    }),
  );
  return selects.join(' UNION ALL ');
};

/** Numbers the rows of `source` in reading order, and writes the page of them. */
const pageOf = (request: PageRequest, order: ReadingOrder, source: string, walked: string): string => `
  SELECT coalesce(string_agg(${rowJson(request.fields)}, ',' ORDER BY j.rn ${order.reversed ? 'DESC' : 'ASC'})
                  FILTER (WHERE j.rn <= ${request.limit}), '') AS "rows",
         count(*)::int AS "fetched",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = 1) AS "firstKey",
         min(j.id::text) FILTER (WHERE j.rn = 1) AS "firstId",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = ${request.limit}) AS "lastKey",
         min(j.id::text) FILTER (WHERE j.rn = ${request.limit}) AS "lastId",
         ${walked} AS "walked"
  FROM (
    SELECT row_number() OVER (ORDER BY ${order.overall}) - ${request.offset} AS rn, j.*
    FROM (${source}) j
    ORDER BY ${order.overall} OFFSET ${request.offset} LIMIT ${request.limit + 1}
  ) j`;

/** Reads along the sort's index, or the status's: nothing is read that is not shown or passed over. */
export const directStatement = (request: PageRequest): BoundStatement => {
  const parameters = new Parameters();
  const order = new ReadingOrder(request.sort, request.cursor);
  const { onSortKey, onColumns } = jobPredicates(request.filter, request.sort, parameters);
  const source = branches(request, order, parameters, {
    from: 'jobs j',
    where: [...onSortKey, ...onColumns],
    limit: request.offset + request.limit + 1,
  });
  const text = pageOf(request, order, source, '0');
  // Deep offsets come in too many shapes to prepare each.
  const statement = request.offset > 0 ? unprepared(text) : preparable('jobs.page', text);
  return { statement, values: parameters.values };
};

/** Walks a bounded number of rows along the sort's index and keeps those that match. */
export const walkStatement = (request: PageRequest): BoundStatement => {
  const parameters = new Parameters();
  const order = new ReadingOrder(request.sort, request.cursor);
  const predicates = jobPredicates(request.filter, request.sort, parameters);
  const rows = branches(request, order, parameters, {
    from: 'jobs j',
    where: predicates.onSortKey,
    limit: walkLength(request),
  });
  const source = `
    SELECT j.* FROM walk j ${searchJoin(predicates)}
    ${predicates.onColumns.length > 0 ? `WHERE ${predicates.onColumns.join(' AND ')}` : ''}`;
  const text = `
    WITH walk AS MATERIALIZED (
      SELECT j.* FROM (${rows}) j ORDER BY ${order.overall} LIMIT ${walkLength(request)}
    )
    ${pageOf(request, order, source, '(SELECT count(*)::int FROM walk)')}`;
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
    return { statement: unprepared(pageOf(request, order, source, '0')), values: parameters.values };
  }
  const matches = matchesByFacets(request.filter, predicates, parameters);
  const source = branches(request, order, parameters, { from: 'matches j', where, limit });
  const text = `WITH matches AS MATERIALIZED (${matches}) ${pageOf(request, order, source, '0')}`;
  return { statement: unprepared(text), values: parameters.values };
};

const searchJoin = ({ facets }: JobPredicates): string =>
  facets === undefined ? '' : `JOIN job_search s ON s.job_id = j.id AND s.facets @@ ${facets}`;

/** The owner's jobs that the search index finds. */
const matchesByFacets = (filter: JobFilter, { facets }: JobPredicates, parameters: Parameters): string =>
  `SELECT j.* FROM job_search s JOIN jobs j ON j.id = s.job_id
   WHERE s.owner_id = ${parameters.add(filter.ownerId, 'uuid')} AND s.facets @@ ${facets ?? ''}`;
