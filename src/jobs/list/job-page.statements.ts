import {
  HiddenParameters,
  Parameters,
  preparable,
  unprepared,
  type BoundStatement,
} from '../../platform/database';
import { type PageRequest } from './job-page';
import { facetLookup, isSearch } from './job-predicates';
import { isCounted } from './job-total.sql';
import {
  branches,
  draftOf,
  ownerIn,
  pageOf,
  rowsToRead,
  segmentBranches,
  type Branch,
  type Draft,
} from './page-draft';

/*
 * Pages of lists. Each statement's one row is a `WalkedPage`.
 */

/** Reads along the sort's index, or the status's: nothing is read that is not shown or passed over. */
export const directStatement = (request: PageRequest): BoundStatement => {
  const draft = draftOf(request, new HiddenParameters());
  const { parameters, predicates } = draft;
  const source = branches(draft, {
    from: 'jobs j',
    where: [...predicates.onSortKey, ...predicates.onColumns],
    limit: rowsToRead(draft),
  });
  return { statement: preparable('jobs.page', pageOf(draft, source)), values: parameters.values };
};

/**
 * Walks a bounded number of rows along the sort's index and keeps those that match.
 * @param length most rows to walk
 */
export const walkStatement = (request: PageRequest, length: number): BoundStatement => {
  // Other filters come in too many shapes to prepare each.
  const prepared = isCounted(request.filter) && !isSearch(request.filter);
  const draft = draftOf(request, prepared ? new HiddenParameters() : new Parameters());
  const { parameters, predicates } = draft;
  const conditions = [...predicates.onColumns, ...facetLookup(predicates)];
  const source = `SELECT j.* FROM walk j WHERE ${conditions.join(' AND ')}`;
  const text = `
    WITH ${walkedSegments(draft, { from: 'jobs j', where: predicates.onSortKey, limit: parameters.rows(length) })}
    ${pageOf(draft, source, { walked: '(SELECT count(*)::int FROM walk)' })}`;
  const statement = prepared ? preparable('jobs.walk', text) : unprepared(text, 'jobs.walk');
  return { statement, values: parameters.values };
};

/** Collects every match by the index that suits the filter, then sorts. */
export const collectStatement = (request: PageRequest): BoundStatement => {
  const draft = draftOf(request, new Parameters());
  const { parameters, predicates } = draft;
  const branch = { where: [...predicates.onSortKey, ...predicates.onColumns], limit: rowsToRead(draft) };
  if (predicates.facets === undefined) {
    const source = branches(draft, { from: 'jobs j', ...branch });
    return { statement: unprepared(pageOf(draft, source), 'jobs.collect'), values: parameters.values };
  }
  const matches = matchesByFacets(draft, predicates.facets.all);
  const source = branches(draft, { from: 'matches j', ...branch });
  const text = `WITH matches AS MATERIALIZED (${matches}) ${pageOf(draft, source, { counted: totalOfMatches(draft) })}`;
  return { statement: unprepared(text, 'jobs.collect'), values: parameters.values };
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
