import { searchedRows } from '../../../src/jobs/list/searched-rows.sql';
import { Parameters } from '../../../src/platform/database';
import type { FacetPredicate } from '../../../src/jobs/list/job-predicates';
import { soughtTerms, type Survey } from '../../../src/jobs/list/search-survey';

const FACETS: FacetPredicate = {
  all: 'ALL',
  terms: 'TERMS',
  chosen: (places) => `CHOSEN ${places.join()}`,
};

const EVERYTHING = ['j.facets @@ ALL'];
const sought = (...places: number[]): string[] => [
  `j.facets @@ CHOSEN ${places.join()}`,
  'ts_match_vq(j.facets, ALL)',
];

describe('What a search seeks by the index', () => {
  it.each<[string, Pick<Survey, 'looked' | 'hits'>, string[]]>([
    ['everything, where nothing was looked at', { looked: 0, hits: null }, EVERYTHING],
    ['everything, where nobody counted', { looked: 320, hits: null }, EVERYTHING],
    ['everything, where there is no term', { looked: 320, hits: [] }, EVERYTHING],
    ['a term alone, frequent as it is', { looked: 320, hits: [320] }, EVERYTHING],
    ['terms that are all seldom', { looked: 320, hits: [31, 0, 5] }, EVERYTHING],
    ['the seldom one of two', { looked: 320, hits: [300, 31] }, sought(2)],
    ['not one that one of ten has', { looked: 320, hits: [32, 31] }, sought(2)],
    ['all seldom ones', { looked: 320, hits: [3, 160, 0, 32] }, sought(1, 3)],
    ['the rarest of frequent ones', { looked: 320, hits: [320, 160, 213] }, sought(2)],
    ['the first of equally frequent ones', { looked: 320, hits: [160, 160] }, sought(1)],
    ['one, where there were no jobs', { looked: 0, hits: [0, 0] }, sought(1)],
  ])('is %s', (_what, survey, conditions) => {
    expect(soughtTerms(FACETS, survey)).toEqual(conditions);
  });
});

describe('The index that finds what is searched', () => {
  const OWNER = '(j.owner_id = $1::uuid)';
  const RANGE = ['j.created_at >= $2'];
  const conditions = (range: readonly string[], survey: Survey): string[] =>
    searchedRows({ ownerId: 'id', archived: [false] }, { range, facets: FACETS }, survey, new Parameters());
  const among400 = (hits: readonly number[] | null, ranged: number | null): Survey => ({
    looked: 400,
    hits,
    ranged,
  });

  it.each<[string, readonly number[] | null]>([
    ['whatever was met', [300]],
    ['also where nobody counted', null],
  ])('is that of the words where no days are asked for, %s', (_when, hits) => {
    expect(conditions([], among400(hits, null))).toEqual([
      `${OWNER} IS TRUE`,
      'j.archived = false',
      ...EVERYTHING,
    ]);
  });

  const DAYS = [OWNER, ['ts_match_vq(j.facets, ALL)']] as const;
  const WORDS = [`${OWNER} IS TRUE`, sought(2)] as const;
  const BOTH = [OWNER, sought(2)] as const;

  it.each<[string, readonly number[], number, readonly [string, readonly string[]]]>([
    ['of the days where even the rarest of frequent words is in more', [300, 40], 39, DAYS],
    ['of the days where an eighth of those are in them that have a seldom word', [300, 36], 4, DAYS],
    ['of the days where none was met in them', [300, 4], 0, DAYS],
    ['of the words where as many or more are in the days as have a frequent one', [300, 40], 40, WORDS],
    ['of the words where eight times as many are in the days as have a seldom one', [300, 20], 164, WORDS],
    ['of the words where none was met that has the seldom one', [300, 0], 4, WORDS],
    ['both for a seldom word where more than an eighth are in the days', [300, 35], 4, BOTH],
    ['both for a seldom word where less than eight times as many are', [300, 20], 163, BOTH],
    ['both for a seldom word where nearly none was met of either', [300, 0], 3, BOTH],
  ])('is %s', (_which, hits, ranged, [owner, terms]) => {
    expect(conditions(RANGE, among400(hits, ranged))).toEqual([
      owner,
      'j.archived = false',
      ...RANGE,
      ...terms,
    ]);
  });

  it('is the planner’s choice where nobody knows how many are in the days', () => {
    expect(conditions(RANGE, among400([300], null))).toEqual([
      OWNER,
      'j.archived = false',
      ...RANGE,
      ...EVERYTHING,
    ]);
  });
});
