import { type CountMode, type PaginationDto } from './pagination.dto';

/** A total and how it was found; `null` when it was not asked for. */
export interface Total {
  items: number | null;
  mode: CountMode;
}

/** Where a page stands, as the reader of the list knows it. */
export interface PagePlace {
  /** From 1; `null` for a page reached by cursor. */
  page: number | null;
  limit: number;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  nextCursor: string | null;
  previousCursor: string | null;
}

/** The `pagination` part of the envelope. */
export const pagination = (place: PagePlace, total: Total): PaginationDto => ({
  page: place.page,
  limit: place.limit,
  totalItems: total.items,
  totalPages: total.items === null ? null : Math.ceil(total.items / place.limit),
  countMode: total.mode,
  hasNextPage: place.hasNextPage,
  hasPreviousPage: place.hasPreviousPage,
  nextCursor: place.nextCursor,
  previousCursor: place.previousCursor,
});

/** The envelope of a page whose rows Postgres has already written as JSON, joined by commas. */
export const pageBody = (rows: string, page: PaginationDto): string =>
  `{"data":[${rows}],"pagination":${JSON.stringify(page)}}`;
