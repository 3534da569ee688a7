import { type Parameters } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { jobPredicates, type JobPredicates } from './job-predicates';
import { jobSort } from './job-sort';
import { SEARCH_ROWS, searchedRows } from './searched-rows.sql';
import { type Survey } from './search-survey';

/** SQL, `FROM` and `WHERE`, of the jobs `j` that match. */
export const matching = (filter: JobFilter, parameters: Parameters): string =>
  matchingJobs(filter, jobPredicates(filter, jobSort(), parameters), parameters);

/**
 * The same to be counted: of search rows alone, where they know all that is asked for.
 * @param survey what was met among some of the owner's jobs: the index seeks words by it
 */
export const matchingToCount = (filter: JobFilter, survey: Survey, parameters: Parameters): string => {
  const predicates = jobPredicates(filter, jobSort(), parameters);
  const { onSortKey, onColumns, facets } = predicates;
  if (facets === undefined || onColumns.length > 0) return matchingJobs(filter, predicates, parameters);
  const conditions = searchedRows(filter, { range: onSortKey, facets }, survey, parameters);
  return `FROM ${SEARCH_ROWS} WHERE ${conditions.join(' AND ')}`;
};

const matchingJobs = (
  { ownerId, archived }: JobFilter,
  { onSortKey, onColumns, facets }: JobPredicates,
  parameters: Parameters,
): string => {
  const conditions = [
    `j.owner_id = ${parameters.add(ownerId, 'uuid')}`,
    ...(archived.length === 1 ? [`j.archived = ${archived[0] ?? false}`] : []),
    ...onSortKey,
    ...onColumns,
  ];
  if (facets === undefined) return `FROM jobs j WHERE ${conditions.join(' AND ')}`;
  return `FROM job_search s JOIN jobs j ON j.id = s.job_id
    WHERE s.owner_id = j.owner_id AND ${conditions.join(' AND ')} AND s.facets @@ ${facets.all}`;
};
