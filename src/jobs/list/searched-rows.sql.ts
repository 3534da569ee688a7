import { type Parameters } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { type FacetPredicate } from './job-predicates';
import { indexWithinRange, soughtTerms, type Survey } from './search-survey';

/** Search rows, by the names that the columns have in jobs. */
export const SEARCH_ROWS = `(SELECT job_id AS id, owner_id, archived, created_at, facets FROM job_search) j`;

/** What is sought among search rows. */
export interface Sought {
  /** Conditions on when they were created; may be none. */
  range: readonly string[];
  facets: FacetPredicate;
}

/**
 * Conditions on search rows `j` that match a search, for one index to find them, or two:
 *
 * - that of the words, by the lexemes of the owner's group, nearly all of them the owner's. The planner does not know that:
 *   `IS TRUE` keeps it from seeking all the owner's rows by their own index besides, to intersect them.
 * - that of the owner's rows in the order of the list, where a narrow range of days is asked for. The function behind `@@`
 *   keeps the planner from reading all entries of a frequent word besides.
 *
 * Within a range it is decided by `indexWithinRange`.
 */
export const searchedRows = (
  { ownerId, archived }: Pick<JobFilter, 'ownerId' | 'archived'>,
  { range, facets }: Sought,
  survey: Survey,
  parameters: Parameters,
): string[] => {
  const index = range.length === 0 ? 'words' : indexWithinRange(survey);
  const terms = index === 'days' ? [`ts_match_vq(j.facets, ${facets.all})`] : soughtTerms(facets, survey);
  return [
    `(j.owner_id = ${parameters.add(ownerId, 'uuid')})${index === 'words' ? ' IS TRUE' : ''}`,
    archived.length === 1
      ? `j.archived = ${archived[0] ?? false}`
      : `j.archived = ANY (${parameters.add(archived, 'boolean[]')})`,
    ...range,
    ...terms,
  ];
};
