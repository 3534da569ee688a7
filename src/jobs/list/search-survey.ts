import { type FacetPredicate } from './job-predicates';

/** What was met among some of the owner's jobs. */
export interface Survey {
  /** Jobs that were looked at. */
  looked: number;
  /** How many of them have each term of the search, in the order of `FacetPredicate.terms`; `null` where nobody counted. */
  hits: readonly number[] | null;
  /** How many of them were created in the range that is asked for; `null` where there is none, or nobody counted. */
  ranged: number | null;
}

/**
 * A term that one of so many jobs has, or more, is not sought by the index beside a rarer one: of the beginning of a word it
 * reads all entries before it looks at other terms, and to go through those of a whole value takes longer, too, than to check
 * the rows that the rarer term finds.
 */
const FREQUENT = 10;

/** SQL of `Survey.hits` among `rows` with a column `facets`. */
export const hitsAmong = (rows: string, { terms }: FacetPredicate): string => `ARRAY(
  SELECT (SELECT count(*)::int FROM ${rows} r WHERE r.facets @@ t.term::tsquery)
  FROM unnest(${terms}) WITH ORDINALITY AS t (term, place) ORDER BY place)`;

/** Entries of an index that are read in the time that the row of one takes: what is sought lies on pages of its own. */
const ENTRIES_A_ROW = 8;

/**
 * Whether the rows of those that were met take no longer than the entries of the others. With half a job more than was met:
 * what was not met may be there.
 */
const isFarFewer = (met: number, others: number): boolean => ENTRIES_A_ROW * (met + 0.5) <= others;

/** Which index finds the rows of a search within a range: that of the days, that of the words, or whatever the two have in common. */
export type SearchIndex = 'days' | 'words' | 'both';

/**
 * The index that costs least, by what was met. Frequent words are not sought by theirs beside the days: it is one of the two,
 * whichever finds fewer rows. Of a seldom word both may be read, for the planner to intersect, unless one finds so many
 * more that to read its entries takes longer than the rows of the other. `both` also where nobody counted.
 */
export const indexWithinRange = ({ looked, hits, ranged }: Survey): SearchIndex => {
  if (ranged === null || hits === null) return 'both';
  const rarest = Math.min(...hits);
  if (rarest * FREQUENT >= looked) return ranged < rarest ? 'days' : 'words';
  if (isFarFewer(ranged, rarest)) return 'days';
  return isFarFewer(rarest, ranged) ? 'words' : 'both';
};

/**
 * Conditions on rows `j` with a column `facets`: what is sought by the index, which are the terms that are not frequent, or the
 * rarest where all are; and what is checked of the rows found. The function behind `@@` keeps the planner from seeking that, too.
 */
export const soughtTerms = (
  facets: FacetPredicate,
  { looked, hits }: Pick<Survey, 'looked' | 'hits'>,
): string[] => {
  const all = `j.facets @@ ${facets.all}`;
  if (hits === null || hits.length < 2) return [all];
  const terms = hits.map((hit, index) => ({ hit, place: index + 1 }));
  const sought = terms.filter(({ hit }) => hit * FREQUENT < looked);
  if (sought.length === hits.length) return [all];
  const rarest = terms.reduce((best, term) => (term.hit < best.hit ? term : best));
  const places = (sought.length === 0 ? [rarest] : sought).map(({ place }) => place);
  return [`j.facets @@ ${facets.chosen(places)}`, `ts_match_vq(j.facets, ${facets.all})`];
};
