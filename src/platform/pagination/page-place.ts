import { type CursorCodec, type CursorPosition } from './cursor';
import { type PagePlace } from './page';

/** What a page query read, in the order in which it read: away from the cursor. */
export interface PageRead {
  limit: number;
  /** Rows read: `limit + 1` when there are more. */
  fetched: number;
  /** Key and id of the row that was read first. */
  first: Edge | undefined;
  /** Key and id of the row number `limit`. */
  last: Edge | undefined;
}

/** The sort key and the id of a row. */
export interface Edge {
  key: string | null;
  id: string;
}

/** An edge, unless there is no such row. */
export const edge = (key: string | null, id: string | null): Edge | undefined =>
  id === null ? undefined : { key, id };

/**
 * Where a page stands, and the cursors that lead on from it. A page read backwards was read from its end, so
 * its first row is the last one shown.
 * @param page number of the page when it was reached by offset
 * @param query canonical form of what the cursors are bound to
 */
export const pagePlace = (
  read: PageRead,
  { page, cursor }: { page: number; cursor: CursorPosition | undefined },
  cursors: CursorCodec,
  query: string,
): PagePlace => {
  const more = read.fetched > read.limit;
  const backwards = cursor?.direction === 'previous';
  const [top, bottom] = backwards ? [read.last, read.first] : [read.first, read.last];
  const hasNextPage = backwards ? true : more;
  const hasPreviousPage = backwards ? more : cursor !== undefined || page > 1;
  const shown = Math.min(read.fetched, read.limit);
  const place = cursor?.rowsBefore ?? (page - 1) * read.limit;
  const start = backwards ? Math.max(0, place - shown) : place;
  const encode = (
    direction: CursorPosition['direction'],
    at: Edge | undefined,
    rowsBefore: number,
  ): string | null => (at === undefined ? null : cursors.encode({ direction, ...at, rowsBefore }, query));
  return {
    page: cursor === undefined ? page : null,
    limit: read.limit,
    hasNextPage,
    hasPreviousPage,
    nextCursor: hasNextPage ? encode('next', bottom, start + shown) : null,
    previousCursor: hasPreviousPage ? encode('previous', top, start) : null,
  };
};
