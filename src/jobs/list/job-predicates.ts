import { type Parameters } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { type JobSort } from './job-sort';

/** The conditions of a filter as SQL over `jobs j`, apart by who can answer them. */
export interface JobPredicates {
  /** Ranges of the sort's own column: they narrow the walk along its index. */
  onSortKey: string[];
  /** Conditions on other columns. */
  onColumns: string[];
  /** On `job_search.facets`, for words and whole-field values. */
  facets: FacetPredicate | undefined;
}

/** Words and whole-field values that are searched for: whole values first, then words. */
export interface FacetPredicate {
  /** SQL of a `tsquery` for all of them. */
  all: string;
  /** SQL of a `text[]`: the `tsquery` of each. */
  terms: string;
  /** SQL of a `tsquery` for those at these places of `terms`, from 1. */
  chosen: (places: readonly number[]) => string;
}

/** Column -> lower bound, upper bound, and whether the upper one belongs to the range. */
const RANGES = [
  { column: 'created_at', from: 'createdFrom', to: 'createdTo', upTo: '<', type: 'timestamptz' },
  { column: 'deadline', from: 'deadlineFrom', to: 'deadlineTo', upTo: '<=', type: 'date' },
  {
    column: 'current_status_at',
    from: 'statusChangedFrom',
    to: 'statusChangedTo',
    upTo: '<',
    type: 'timestamptz',
  },
] as const;

const rangePredicates = (filter: JobFilter, parameters: Parameters): { column: string; sql: string }[] =>
  RANGES.flatMap(({ column, from, to, upTo, type }) => {
    const lower = filter[from];
    const upper = filter[to];
    return [
      ...(lower === undefined ? [] : [{ column, sql: `j.${column} >= ${parameters.add(lower, type)}` }]),
      ...(upper === undefined ? [] : [{ column, sql: `j.${column} ${upTo} ${parameters.add(upper, type)}` }]),
    ];
  });

/** One value by `=`, so that an index behind it keeps its order; several by `ANY`. */
const anyOf = (column: string, values: readonly string[], parameters: Parameters): string =>
  values.length === 1
    ? `j.${column} = ${parameters.add(values[0])}`
    : `j.${column} = ANY (${parameters.add(values, 'text[]')})`;

const statusPredicates = (
  { statuses, category, categoryKeys }: JobFilter,
  parameters: Parameters,
): string[] => {
  const predicates: string[] = [];
  if (statuses?.categories.length === 0) {
    predicates.push(anyOf('current_status', statuses.keys, parameters));
  } else if (statuses !== undefined) {
    // The keys are there for the index; the category decides.
    predicates.push(
      `${anyOf('current_status', [...statuses.keys, ...statuses.categoryKeys], parameters)} AND ` +
        `(${anyOf('current_status', statuses.keys, parameters)} OR ${anyOf('current_status_category', statuses.categories, parameters)})`,
    );
  }
  if (category !== undefined) {
    predicates.push(anyOf('current_status', categoryKeys ?? [], parameters));
    predicates.push(anyOf('current_status_category', category, parameters));
  }
  return predicates;
};

/** A job without one end of its range has that end open; one without both has no salary to compare. */
const salaryPredicates = ({ salaryMin, salaryMax }: JobFilter, parameters: Parameters): string[] => [
  ...(salaryMin === undefined
    ? []
    : [`coalesce(j.salary_max, 'infinity') >= ${parameters.add(salaryMin, 'double precision')}`]),
  ...(salaryMax === undefined
    ? []
    : [`coalesce(j.salary_min, 0) <= ${parameters.add(salaryMax, 'double precision')}`]),
  ...(salaryMin === undefined && salaryMax === undefined
    ? []
    : ['num_nonnulls(j.salary_min, j.salary_max) > 0']),
];

/** Whether words or whole-field values are searched for. */
export const isSearch = ({ workflow, texts, tags, words }: JobFilter): boolean =>
  workflow !== undefined || Object.keys(texts).length > 0 || tags.length > 0 || words !== undefined;

const facetPredicate = (filter: JobFilter, parameters: Parameters): FacetPredicate | undefined => {
  if (!isSearch(filter)) return undefined;
  const { ownerId, workflow, texts, tags, words } = filter;
  const exact = [
    ...(workflow === undefined ? [] : [['workflow', workflow] as const]),
    ...Object.entries(texts),
    ...tags.map((tag) => ['tag', tag] as const),
  ];
  const asked = [
    parameters.add(ownerId, 'uuid'),
    parameters.add(
      exact.map(([name]) => name),
      'text[]',
    ),
    parameters.add(
      exact.map(([, value]) => value),
      'text[]',
    ),
    parameters.add(words ?? '', 'text'),
  ].join(', ');
  return {
    all: `facet_query(${asked}, NULL)`,
    terms: `facet_terms(${asked})`,
    chosen: (places) => `facet_query(${asked}, ${parameters.add(places, 'int[]')})`,
  };
};

/**
 * The condition on facets of rows `j` that are at hand: the search row of each is looked up by its id. As a
 * join it would be the planner's to choose, who likes to read all search rows instead.
 */
export const facetLookup = ({ facets }: JobPredicates): string[] =>
  facets === undefined ? [] : [`(SELECT s.facets @@ ${facets.all} FROM job_search s WHERE s.job_id = j.id)`];

/** The conditions that a filter puts on jobs of its owner, for a list in the order of `sort`. */
export const jobPredicates = (filter: JobFilter, sort: JobSort, parameters: Parameters): JobPredicates => {
  const ranges = rangePredicates(filter, parameters);
  return {
    onSortKey: ranges.filter(({ column }) => column === sort.column).map(({ sql }) => sql),
    onColumns: [
      ...ranges.filter(({ column }) => column !== sort.column).map(({ sql }) => sql),
      ...statusPredicates(filter, parameters),
      ...salaryPredicates(filter, parameters),
    ],
    facets: facetPredicate(filter, parameters),
  };
};
