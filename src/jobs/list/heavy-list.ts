/** Rows that a page lies behind, from which on reaching it costs several times what the first page does. */
const DEEP_OFFSET = 1_000;

/**
 * What makes a list heavy, by its query as it came: a page that is reached over many rows, a total that is counted
 * to the end, or a list without pages.
 */
export const heavyList = ({
  page,
  limit,
  page_size,
  count,
  paginate,
}: Record<string, unknown>): string | undefined => {
  if (paginate === 'false') return 'unpaginated';
  if (count === 'exact') return 'count';
  const rows = Number(limit ?? page_size ?? 20);
  return (Number(page ?? 1) - 1) * rows >= DEEP_OFFSET ? 'offset' : undefined;
};
