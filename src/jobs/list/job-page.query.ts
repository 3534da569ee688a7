import { Injectable } from '@nestjs/common';
import { Database, Parameters } from '../../platform/database';
import { type JobFilter } from './job-filter';
import { type Page, type PageRequest, type WalkedPage } from './job-page';
import { collectStatement, directStatement, walkStatement } from './job-page.statements';
import { isSearch, jobPredicates } from './job-predicates';
import { type JobSort } from './job-sort';
import { isComplete, SearchPageQuery } from './search-page.query';

/**
 * How many rows a page of a filtered list walks along its sort before another way is taken. With a look at the
 * search row of each that is 16 rows read for one wanted, which leaves a rare word room to be collected.
 */
export const WALK_ROWS_PER_LIMIT = 8;

/** The same for a second walk, where the first one found some but not enough. */
export const LONG_WALK_ROWS_PER_LIMIT = 100;

/**
 * Reads pages. A filter has two good plans: to walk along the sort's index until the page is full (right
 * when many rows match), or to collect the matches by another index and sort them (right when few do). The
 * planner guesses between them and guesses wrong by orders of magnitude, so the query decides: it walks a
 * bounded number of rows, and collects only if those did not fill the page. Words and whole-field values that
 * are neither frequent nor rare get a second, longer walk first: as long as the first one makes it expect.
 */
@Injectable()
export class JobPageQuery {
  constructor(
    private readonly database: Database,
    private readonly searches: SearchPageQuery,
  ) {}

  /**
   * The page, read in one round trip or, for a filter that fewer rows match, two or three.
   * @param onLong told, at most once, when the page of a search takes long and its total might be found meanwhile
   */
  async read(request: PageRequest, onLong: () => void): Promise<Page> {
    const { filter, sort } = request;
    if (isInOrder(filter, sort)) return this.database.readBound<WalkedPage>(directStatement(request));
    if (sort.column === 'created_at' && isSearch(filter)) return this.searches.read(request, onLong);
    const length = walkLength(request);
    const walked = await this.database.readBound<WalkedPage>(walkStatement(request, length));
    if (isComplete(request, walked, length)) return walked;
    const longer = longWalkLength(request, walked, length);
    if (longer !== undefined) {
      const further = await this.database.readBound<WalkedPage>(walkStatement(request, longer));
      if (isComplete(request, further, longer)) return further;
    }
    return this.database.readBound<WalkedPage>(collectStatement(request));
  }
}

/** Whether an index gives the matching rows one after another in the order of the sort. */
const isInOrder = (filter: JobFilter, sort: JobSort): boolean => {
  if (isSearch(filter)) return false;
  const { onColumns } = jobPredicates(filter, sort, new Parameters());
  if (onColumns.length === 0) return true;
  const oneStatus = filter.statuses?.keys.length === 1 && filter.statuses.categories.length === 0;
  return oneStatus && onColumns.length === 1 && sort.column === 'created_at';
};

const walkLength = ({ limit, offset }: PageRequest): number => WALK_ROWS_PER_LIMIT * limit + 3 * offset;

/**
 * How far a second walk should go to find the page, by what the first one found, with half as much again for
 * luck. `undefined` where that is too far, or where the planner has good statistics of the columns to decide by.
 */
const longWalkLength = (
  request: PageRequest,
  { fetched }: WalkedPage,
  length: number,
): number | undefined => {
  const { filter, limit, offset } = request;
  if (fetched === 0 || !isSearch(filter)) return undefined;
  const longer = Math.ceil((1.5 * length * (offset + limit + 1)) / (offset + fetched));
  return longer <= LONG_WALK_ROWS_PER_LIMIT * limit + 3 * offset ? longer : undefined;
};
