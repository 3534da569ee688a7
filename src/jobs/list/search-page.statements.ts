import { currentJobs } from '../../job-counts';
import {
  HiddenParameters,
  Parameters,
  preparable,
  unprepared,
  type BoundStatement,
} from '../../platform/database';
import { type PageRequest, type WalkedPage } from './job-page';
import { facetLookup, jobPredicates, type FacetPredicate } from './job-predicates';
import { jobTotal } from './job-total.sql';
import { branches, draftOf, pageOf, rowsToRead, type Draft } from './page-draft';
import { SEARCH_ROWS, searchedRows } from './searched-rows.sql';
import { hitsAmong, type Survey } from './search-survey';

/*
 * Pages of a search, newest or oldest first. The search rows lie in that order themselves, so that jobs are read only where
 * their search rows match. Each statement's one row is a `WalkedPage`.
 */

/** Up to so many matches are looked up for the total, where other columns of their jobs decide as well. */
const TOTAL_OF_MATCHES = 1000;

/** A page that was walked to. What comes besides is `null` where the walk filled the page or found the end. */
export type SearchedPage = WalkedPage & {
  /** Search rows that match. */
  found: number | null;
  /** Those of them whose jobs match, too; rows before the page among them. */
  met: number | null;
  /** How often each term was met. */
  hits: number[] | null;
  /** Jobs of the owner, archived or not as the filter says. */
  owned: number | null;
  /** Those of them in the statuses, and of the workflow, that are asked for; `null` also where no status is. */
  ofStatus: number | null;
};

/**
 * Walks a bounded number of search rows in the order of the list and keeps those that match. Its row is a `SearchedPage`.
 * @param length most rows to walk
 * @param surveys whether to tell what comes besides the page
 */
export const searchWalkStatement = (
  request: PageRequest,
  length: number,
  surveys: boolean,
): BoundStatement => {
  // Longer walks are planned for their length, and filters of columns come in too many shapes to prepare each.
  const { onColumns } = jobPredicates(request.filter, request.sort, new Parameters());
  const prepared = surveys && onColumns.length === 0;
  const { draft, facets } = searchDraft(request, prepared ? new HiddenParameters() : new Parameters());
  const limit = draft.parameters.rows(length);
  const rows = branches(draft, { from: SEARCH_ROWS, where: draft.predicates.onSortKey, limit });
  const text = `
    WITH walk AS MATERIALIZED (
      SELECT j.id, j.created_at, j.facets @@ (SELECT ${facets.all}) AS found ${surveys ? ', j.facets' : ''} FROM (${rows}) j
      ORDER BY ${draft.order.withinSegment} LIMIT ${limit}
    )
    ${pageOf(draft, jobsOf(draft, 'walk j WHERE j.found'), {
      walked: WALKED,
      besides: surveys ? surveyOf(draft, facets, limit) : [],
    })}`;
  const label = surveys ? 'jobs.search-walk' : 'jobs.search-walk-on';
  return {
    statement: prepared ? preparable(label, text) : unprepared(text, label),
    values: draft.parameters.values,
  };
};

/** Collects every match by the search index, sorts them, and reads the jobs of those on the page. */
export const searchCollectStatement = (request: PageRequest, survey: Survey): BoundStatement => {
  const { draft, facets } = searchDraft(request);
  const { parameters, order, predicates } = draft;
  const conditions = searchedRows(
    request.filter,
    { range: predicates.onSortKey, facets },
    survey,
    parameters,
  );
  const [beyondCursor = []] = order.segments(parameters);
  const totals = request.counted ? {} : { counted: totalOfMatches(draft) };
  const text = `
    WITH matches AS MATERIALIZED (
      SELECT j.id, j.created_at FROM ${SEARCH_ROWS}
      WHERE ${conditions.join(' AND ')}
    )
    ${pageOf(draft, jobsOf(draft, `matches j WHERE ${['TRUE', ...beyondCursor].join(' AND ')}`), totals)}`;
  return { statement: unprepared(text, 'jobs.search-collect'), values: parameters.values };
};

/** Reads along columns of jobs, statuses above all, and looks the search row of each up. */
export const searchByColumnsStatement = (request: PageRequest): BoundStatement => {
  const { draft } = searchDraft(request);
  const { onSortKey, onColumns } = draft.predicates;
  const where = [...onSortKey, ...onColumns, ...facetLookup(draft.predicates)];
  const text = pageOf(draft, branches(draft, { from: 'jobs j', where, limit: rowsToRead(draft) }));
  return { statement: unprepared(text, 'jobs.search-columns'), values: draft.parameters.values };
};

const searchDraft = (
  request: PageRequest,
  parameters = new Parameters(),
): { draft: Draft; facets: FacetPredicate } => {
  const draft = draftOf(request, parameters);
  const { facets } = draft.predicates;
  if (facets === undefined) throw new Error('Nothing is searched for');
  return { draft, facets };
};

/** The jobs of the page, of search rows that match: one by one in the order of the list, until the page is full. */
const jobsOf = (draft: Draft, matches: string): string => {
  const {
    order,
    predicates: { onColumns },
  } = draft;
  const limit = `LIMIT ${rowsToRead(draft)}`;
  return `
    SELECT o.* FROM (
      SELECT j.id, j.created_at FROM ${matches}
      ORDER BY ${order.withinSegment} ${onColumns.length === 0 ? limit : ''}
    ) f
    CROSS JOIN LATERAL (
      SELECT j.* FROM jobs j WHERE ${['j.id = f.id', ...onColumns].join(' AND ')} OFFSET 0
    ) o
    ORDER BY ${order.withinSegmentOf('f')} ${limit}`;
};

const WALKED = '(SELECT count(*)::int FROM walk)';

/** Only where the page is unfilled, since it takes as long as the page. */
const surveyOf = (draft: Draft, facets: FacetPredicate, length: string): string[] => {
  const { request, parameters } = draft;
  const { ownerId, archived, statuses, category } = request.filter;
  const owned = currentJobs({ owner: parameters.add(ownerId, 'uuid'), archived, where: [] });
  const hasStatus = statuses !== undefined || category !== undefined;
  const figures = {
    found: '(SELECT count(*)::int FROM walk WHERE found)',
    met: matchingJobs(draft, 'walk f WHERE f.found'),
    hits: hitsAmong('walk', facets),
    owned,
    ofStatus: hasStatus ? jobTotal(request.filter, parameters) : 'NULL::int',
  };
  const unfilled = `count(*) <= ${parameters.rows(request.limit)} AND ${WALKED} = ${length}`;
  return Object.entries(figures).map(([name, sql]) => `CASE WHEN ${unfilled} THEN ${sql} END AS "${name}"`);
};

/** How many of the search rows `f` are of jobs that match. */
const matchingJobs = ({ predicates: { onColumns } }: Draft, rows: string): string => {
  if (onColumns.length === 0) return `(SELECT count(*)::int FROM ${rows})`;
  const conditions = ['j.id = f.id', ...onColumns].join(' AND ');
  return `(SELECT count(*)::int FROM (SELECT f.id FROM ${rows}) f
    CROSS JOIN LATERAL (SELECT FROM jobs j WHERE ${conditions} OFFSET 0) o)`;
};

/** The total, where all that match have been collected. */
const totalOfMatches = (draft: Draft): string => {
  if (!draft.request.totalIfCollected) return 'NULL::int';
  const total = matchingJobs(draft, 'matches f');
  if (draft.predicates.onColumns.length === 0) return total;
  return `CASE WHEN (SELECT count(*) FROM matches) <= ${TOTAL_OF_MATCHES} THEN ${total} END`;
};
