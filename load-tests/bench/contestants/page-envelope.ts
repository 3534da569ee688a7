import { CursorCodec } from '../../../src/platform/pagination';
import { deriveKey } from '../../../src/platform/security';

/** Rows on a page. */
export const LIMIT = 20;

const cursors = new CursorCodec(deriveKey(process.env.SECRET_KEY ?? '', 'cursor'));

/** What a cursor of the default list of an owner is bound to. */
const canonicalQuery = (ownerId: string): string =>
  `["jobs","-createdAt",{"ownerId":"${ownerId}","archived":[false],"texts":{},"tags":[]}]`;

/** The `pagination` part of a first page. Every baseline that reads the database makes it itself. */
export const paginationOf = (
  ownerId: string,
  totalItems: number,
  last: { key: string; id: string } | undefined,
) => ({
  page: 1,
  limit: LIMIT,
  totalItems,
  totalPages: Math.ceil(totalItems / LIMIT),
  countMode: 'exact',
  hasNextPage: last !== undefined,
  hasPreviousPage: false,
  nextCursor:
    last === undefined
      ? null
      : cursors.encode({ direction: 'next', ...last, rowsBefore: LIMIT }, canonicalQuery(ownerId)),
  previousCursor: null,
});

/** The same as JSON. */
export const firstPagination = (...page: Parameters<typeof paginationOf>): string =>
  JSON.stringify(paginationOf(...page));
