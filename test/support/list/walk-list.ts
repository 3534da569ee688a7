import type { JobApi } from '../job-api';
import type { ListFilter } from './expected-list';

/** A page as answered. */
export interface AnsweredPage {
  data: Record<string, unknown>[];
  pagination: {
    page: number | null;
    limit: number;
    totalItems: number | null;
    totalPages: number | null;
    countMode: string;
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    nextCursor: string | null;
    previousCursor: string | null;
  };
}

/** Asks for a page. @throws unless it is answered 200 */
export const readPage = async (
  api: JobApi,
  query: Record<string, string | number>,
): Promise<AnsweredPage> => {
  const parameters = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await api.get(`?${new URLSearchParams(parameters).toString()}`);
  if (answer.status !== 200) throw new Error(`${JSON.stringify(query)}: ${answer.status} ${answer.text}`);
  return answer.body as AnsweredPage;
};

/** Pages never end in a circle: more than this many is a bug. */
const MOST_PAGES = 2000;

/** The pages beyond `from`: each is found by the cursor of the one before it. */
const followed = async (
  api: JobApi,
  query: ListFilter & { limit: string },
  from: AnsweredPage,
  cursorName: 'nextCursor' | 'previousCursor',
  most: number,
): Promise<AnsweredPage[]> => {
  const pages: AnsweredPage[] = [];
  for (let cursor = from.pagination[cursorName]; cursor && pages.length < most;) {
    const page = await readPage(api, { ...query, cursor });
    pages.push(page);
    cursor = page.pagination[cursorName];
  }
  return pages;
};

/** All pages from the first on, or so many after it, by `nextCursor`. */
export const pagesForward = async (
  api: JobApi,
  query: ListFilter & { limit: string },
  most = MOST_PAGES,
): Promise<AnsweredPage[]> => {
  const first = await readPage(api, query);
  return [first, ...(await followed(api, query, first, 'nextCursor', most))];
};

/** All pages before the given one, or so many, nearest first, by `previousCursor`. */
export const pagesBackward = (
  api: JobApi,
  query: ListFilter & { limit: string },
  from: AnsweredPage,
  most = MOST_PAGES,
): Promise<AnsweredPage[]> => followed(api, query, from, 'previousCursor', most);

/** All pages by their numbers. */
export const pagesByNumber = async (
  api: JobApi,
  query: ListFilter & { limit: string },
): Promise<AnsweredPage[]> => {
  const pages: AnsweredPage[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await readPage(api, { ...query, page });
    pages.push(answer);
    if (!answer.pagination.hasNextPage) break;
  }
  return pages;
};
