import {
  HiddenParameters,
  Parameters,
  preparable,
  unprepared,
  type Statement,
} from '../../platform/database';
import { rowJson } from '../job-json';
import { ReadingOrder } from './job-order';
import { type PageRequest } from './job-page';
import { facetLookup, jobPredicates, type JobPredicates } from './job-predicates';
import { jobTotal } from './job-total.sql';

/** A statement and the values of its placeholders. Its one row is a `WalkedPage`. */
export interface BoundStatement {
  statement: Statement;
  values: unknown[];
}

/** Reads along the sort's index, or the status's: nothing is read that is not shown or passed over. */
export const directStatement = (request: PageRequest): BoundStatement => {
  // Deep offsets come in too many shapes to prepare each.
  const prepared = request.offset === 0;
  const draft = draftOf(request, prepared ? new HiddenParameters() : new Parameters());
  const { parameters, predicates } = draft;
  const source = branches(draft, {
    from: 'jobs j',
    where: [...predicates.onSortKey, ...predicates.onColumns],
    limit: rowsToRead(request),
  });
  const text = pageOf(draft, source);
  return {
    statement: prepared ? preparable('jobs.page', text) : unprepared(text, 'jobs.page-deep'),
    values: parameters.values,
  };
};

/**
 * Walks a bounded number of rows along the sort's index and keeps those that match.
 * @param length most rows to walk
 */
export const walkStatement = (request: PageRequest, length: number): BoundStatement => {
  const draft = draftOf(request, new Parameters());
  const { parameters, predicates } = draft;
  const conditions = [...predicates.onColumns, ...facetLookup(predicates)];
  const source = `SELECT j.* FROM walk j WHERE ${conditions.join(' AND ')}`;
  const text = `
    WITH ${walkedSegments(draft, { from: 'jobs j', where: predicates.onSortKey, limit: length })}
    ${pageOf(draft, source, { walked: '(SELECT count(*)::int FROM walk)' })}`;
  return { statement: unprepared(text, 'jobs.walk'), values: parameters.values };
};

/** Collects every match by the index that suits the filter, then sorts. */
export const collectStatement = (request: PageRequest): BoundStatement => {
  const draft = draftOf(request, new Parameters());
  const { parameters, predicates } = draft;
  const branch = { where: [...predicates.onSortKey, ...predicates.onColumns], limit: rowsToRead(request) };
  if (predicates.facets === undefined) {
    const source = branches(draft, { from: 'jobs j', ...branch });
    return { statement: unprepared(pageOf(draft, source), 'jobs.collect'), values: parameters.values };
  }
  const matches = matchesByFacets(draft, predicates.facets);
  const source = branches(draft, { from: 'matches j', ...branch });
  const text = `WITH matches AS MATERIALIZED (${matches}) ${pageOf(draft, source, { counted: totalOfMatches(draft) })}`;
  return { statement: unprepared(text, 'jobs.collect'), values: parameters.values };
};

/** A statement that is being written: what is wanted, the values taken so far, and what follows from both. */
interface Draft {
  request: PageRequest;
  parameters: Parameters;
  order: ReadingOrder;
  predicates: JobPredicates;
}

const draftOf = (request: PageRequest, parameters: Parameters): Draft => ({
  request,
  parameters,
  order: new ReadingOrder(request.sort, request.cursor),
  predicates: jobPredicates(request.filter, request.sort, parameters),
});

/** What the branches of a page have in common. */
interface Branch {
  from: string;
  where: readonly string[];
  limit: number;
}

/** Up to the row after the page, which tells that there are more. */
const rowsToRead = ({ offset, limit }: PageRequest): number => offset + limit + 1;

/** The placeholder of whose jobs are read. */
const ownerIn = ({ request, parameters }: Draft): string => parameters.add(request.filter.ownerId, 'uuid');

/** One segment of the order: a branch for each value of `archived`, each along an index. */
const segmentBranches = (
  { request, order }: Draft,
  owner: string,
  segment: readonly string[],
  { from, where, limit }: Branch,
): string =>
  request.filter.archived
    .map((archived) => {
      const conditions = [`j.owner_id = ${owner}`, `j.archived = ${archived}`, ...segment, ...where];
      return `(SELECT j.* FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${order.withinSegment} LIMIT ${limit})`;
    })
    .join(' UNION ALL ');

/** The branches of all segments. */
const branches = (draft: Draft, branch: Branch): string => {
  const owner = ownerIn(draft);
  return draft.order
    .segments(draft.parameters)
    .map((segment) => segmentBranches(draft, owner, segment, branch))
    .join(' UNION ALL ');
};

/** The first rows of all segments as `walk`; a later segment gives only what the one before it leaves to take. */
const walkedSegments = (draft: Draft, branch: Branch): string => {
  const owner = ownerIn(draft);
  const segments = draft.order.segments(draft.parameters).map((segment, index) => {
    const rows = segmentBranches(draft, owner, segment, branch);
    const limit = index === 0 ? branch.limit : `(SELECT ${branch.limit} - count(*) FROM segment_0)`;
    return `segment_${index} AS MATERIALIZED (
      SELECT j.* FROM (${rows}) j ORDER BY ${draft.order.withinSegment} LIMIT ${limit}
    )`;
  });
  const all = segments.map((_, index) => `SELECT * FROM segment_${index}`).join(' UNION ALL ');
  return `${segments.join(', ')}, walk AS (${all})`;
};

/**
 * The owner's jobs that the search index finds. `OFFSET 0` has each looked up by its id: a planner that
 * overestimates the matches would read the whole table instead.
 */
const matchesByFacets = (draft: Draft, facets: string): string =>
  `SELECT j.* FROM job_search s
   CROSS JOIN LATERAL (SELECT j.* FROM jobs j WHERE j.id = s.job_id OFFSET 0) j
   WHERE s.owner_id = ${ownerIn(draft)} AND s.facets @@ ${facets}`;

/** The total, where all that match have been collected: of them those that the other conditions let through. */
const totalOfMatches = ({ request, parameters, predicates }: Draft): string => {
  if (!request.totalIfCollected) return 'NULL::int';
  const archived = `j.archived = ANY (${parameters.add(request.filter.archived, 'boolean[]')})`;
  const conditions = [archived, ...predicates.onSortKey, ...predicates.onColumns];
  return `(SELECT count(*)::int FROM matches j WHERE ${conditions.join(' AND ')})`;
};

/** The total in the page's own round trip and snapshot. */
const totalOf = ({ request, parameters }: Draft): string =>
  request.counted ? jobTotal(request.filter, parameters) : 'NULL::int';

/**
 * Numbers the rows of `source` in reading order, and writes the page of them.
 * @param figures SQL for the number of rows that were walked, and for the total
 */
const pageOf = (draft: Draft, source: string, { walked = '0', counted = totalOf(draft) } = {}): string => {
  const { request, order } = draft;
  return `
  SELECT coalesce(string_agg(${rowJson(request.fields)}, ',' ORDER BY j.rn ${order.reversed ? 'DESC' : 'ASC'})
                  FILTER (WHERE j.rn <= ${request.limit}), '') AS "rows",
         count(*)::int AS "fetched",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = 1) AS "firstKey",
         min(j.id::text) FILTER (WHERE j.rn = 1) AS "firstId",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = ${request.limit}) AS "lastKey",
         min(j.id::text) FILTER (WHERE j.rn = ${request.limit}) AS "lastId",
         ${walked} AS "walked", ${counted} AS "counted"
  FROM (
    SELECT row_number() OVER (ORDER BY ${order.overall}) - ${request.offset} AS rn, j.*
    FROM (${source}) j
    ORDER BY ${order.overall} OFFSET ${request.offset} LIMIT ${request.limit + 1}
  ) j`;
};
