import { type Parameters } from '../../platform/database';
import { rowJson } from '../job-json';
import { ReadingOrder } from './job-order';
import { type PageRequest } from './job-page';
import { jobPredicates, type JobPredicates } from './job-predicates';
import { jobTotal } from './job-total.sql';

/** A statement that is being written: what is wanted, the values taken so far, and what follows from both. */
export interface Draft {
  request: PageRequest;
  parameters: Parameters;
  order: ReadingOrder;
  predicates: JobPredicates;
}

/** The draft of a page's statement, with the values of its filter taken. */
export const draftOf = (request: PageRequest, parameters: Parameters): Draft => ({
  request,
  parameters,
  order: new ReadingOrder(request.sort, request.cursor),
  predicates: jobPredicates(request.filter, request.sort, parameters),
});

/** What the branches of a page have in common. */
export interface Branch {
  from: string;
  where: readonly string[];
  /** SQL of the most rows. */
  limit: string;
}

/** SQL of how many rows are read: up to the row after the page, which tells that there are more. */
export const rowsToRead = ({ request: { offset, limit }, parameters }: Draft): string =>
  parameters.rows(offset + limit + 1);

/** The placeholder of whose jobs are read. */
export const ownerIn = ({ request, parameters }: Draft): string =>
  parameters.add(request.filter.ownerId, 'uuid');

/** One segment of the order: a branch for each value of `archived`, each along an index. */
export const segmentBranches = (
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
export const branches = (draft: Draft, branch: Branch): string => {
  const owner = ownerIn(draft);
  return draft.order
    .segments(draft.parameters)
    .map((segment) => segmentBranches(draft, owner, segment, branch))
    .join(' UNION ALL ');
};

/** The total in the page's own round trip and snapshot. */
const totalOf = ({ request, parameters }: Draft): string =>
  request.counted ? jobTotal(request.filter, parameters) : 'NULL::int';

/**
 * Numbers the rows of `source` in reading order, and writes the page of them.
 * @param figures SQL for the number of rows that were walked, for the total, and for columns besides (with `AS`)
 */
export const pageOf = (
  draft: Draft,
  source: string,
  { walked = '0', counted = totalOf(draft), besides = [] as readonly string[] } = {},
): string => {
  const { request, order, parameters } = draft;
  const [offset, limit] = [parameters.rows(request.offset), parameters.rows(request.limit)];
  return `
  SELECT coalesce(string_agg(${rowJson(request.fields)}, ',' ORDER BY j.rn ${order.reversed ? 'DESC' : 'ASC'})
                  FILTER (WHERE j.rn <= ${limit}), '') AS "rows",
         count(*)::int AS "fetched",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = 1) AS "firstKey",
         min(j.id::text) FILTER (WHERE j.rn = 1) AS "firstId",
         min(${order.sort.keyText}) FILTER (WHERE j.rn = ${limit}) AS "lastKey",
         min(j.id::text) FILTER (WHERE j.rn = ${limit}) AS "lastId",
         ${[`${walked} AS "walked"`, `${counted} AS "counted"`, ...besides].join(', ')}
  FROM (
    SELECT row_number() OVER (ORDER BY ${order.overall}) - ${offset} AS rn, j.*
    FROM (${source}) j
    ORDER BY ${order.overall} OFFSET ${offset} LIMIT ${limit} + 1
  ) j`;
};
