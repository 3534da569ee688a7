import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database';
import { type PageRequest, type WalkedPage } from './job-page';
import {
  searchByColumnsStatement,
  searchCollectStatement,
  searchWalkStatement,
  type SearchedPage,
} from './search-page.statements';

/** How many rows the first walk for a page looks at, for each wanted, and at least. The way on is chosen by them. */
export const SURVEYED_ROWS_PER_LIMIT = 16;
export const SURVEYED_ROWS = 320;

/** Matches from which on a walk tells how many there are. */
const TELLING = 8;

/** How many times as long a walk is made that told too little. */
const LONGER = 4;

/** What it takes to collect a match, in the time that a walk takes for a row: matches lie apart from each other. */
const COLLECTED_MATCH = 2;

/** The same for a job of the asked status: it is read with its search row, each by its id. */
const JOB_OF_STATUS = 4;

/**
 * Reads pages of searches, newest or oldest first. Frequent words are found by walking along the list, rare ones by
 * collecting all matches, and words of few jobs of a status by walking those; which of them costs least is decided by what a
 * first, short walk met and by the numbers of the owner's jobs.
 */
@Injectable()
export class SearchPageQuery {
  constructor(private readonly database: Database) {}

  /**
   * The page, in one to four round trips.
   * @param onLong told, at most once, when it takes long, the page will hardly tell its total, and nobody waits for a connection
   */
  async read(request: PageRequest, onLong: () => void): Promise<WalkedPage> {
    let length = Math.max(SURVEYED_ROWS, SURVEYED_ROWS_PER_LIMIT * request.limit);
    let walked = await this.survey(request, length);
    if (isComplete(request, walked, length)) return walked;
    if (saysLittle(walked, length)) {
      length *= LONGER;
      walked = await this.survey(request, length);
      if (isComplete(request, walked, length)) return walked;
    }
    const way = cheapestWay(request, walked, length);
    if (way.name !== 'collect' && !request.counted && this.database.longestWait === 0) onLong();
    if (way.name === 'walk') {
      const further = await this.database.readBound<WalkedPage>(
        searchWalkStatement(request, way.rows, false),
      );
      if (isComplete(request, further, way.rows)) return further;
    }
    if (way.name === 'status') return this.database.readBound(searchByColumnsStatement(request));
    return this.database.readBound(
      searchCollectStatement(request, {
        looked: length,
        hits: walked.hits,
        ranged: null,
      }),
    );
  }

  private survey(request: PageRequest, length: number): Promise<SearchedPage> {
    return this.database.readBound<SearchedPage>(searchWalkStatement(request, length, true));
  }
}

/**
 * Whether too few matches were met to know whether to collect them all, of an owner with so many jobs that it matters: of
 * a word that one of a hundred has, 320 rows may show one or six. Half a match more than was met, since what was not met
 * may be there.
 */
export const saysLittle = (
  { found, owned }: Pick<SearchedPage, 'found' | 'owned'>,
  length: number,
): boolean => {
  const met = found ?? 0;
  const collecting = (COLLECTED_MATCH * (met + 0.5) * (owned ?? 0)) / length;
  return met < TELLING && collecting > 2 * LONGER * length;
};

/** Whether a walk filled the page, or there was nothing left to walk. */
export const isComplete = (
  { limit }: PageRequest,
  { fetched, walked }: WalkedPage,
  length: number,
): boolean => fetched > limit || walked < length;

/** A way to the page, and how many rows it reads of its kind. */
export interface Way {
  name: 'walk' | 'collect' | 'status';
  rows: number;
}

/**
 * The way that costs least, by what was met in a walk of `length` rows. A walk goes as far as that makes expect the page to be
 * full, and half as much again for luck.
 */
export const cheapestWay = (
  { limit, offset }: Pick<PageRequest, 'limit' | 'offset'>,
  { found, met, owned, ofStatus }: Pick<SearchedPage, 'found' | 'met' | 'owned' | 'ofStatus'>,
  length: number,
): Way => {
  const matches = ((found ?? 0) / length) * (owned ?? 0);
  const walk = met === null || met === 0 ? Infinity : Math.ceil((1.5 * length * (offset + limit + 1)) / met);
  const ways: (Way & { cost: number })[] = [
    { name: 'collect', rows: matches, cost: COLLECTED_MATCH * matches },
    { name: 'walk', rows: walk, cost: walk },
    { name: 'status', rows: ofStatus ?? Infinity, cost: JOB_OF_STATUS * (ofStatus ?? Infinity) },
  ];
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best));
};
