import { type Client } from 'pg';
import { appendRequests, type TargetJob } from '../bench/append-requests';
import { cursorsAt } from '../bench/cursors';
import { requestBytes } from '../bench/http-client';
import { type Program } from '../bench/program';
import { type Subject } from './subjects';
import { WORDS } from './words';

/** What requests are made with. */
export interface Asking {
  client: Client;
  program: Pick<Program, 'headers'>;
}

/** One kind of request that is measured. */
export interface GrowthScenario {
  name: string;
  title: string;
  /** The requests, sent in turn. */
  requests(asking: Asking, subject: Subject): Promise<Buffer[]>;
  /** Of the answers. Default 200. */
  status?: number;
  /** Not under many clients: it is not meant for that. */
  oneAtATime?: boolean;
  /** Deltas of counts are folded before each round and meanwhile, as the worker does. */
  folding?: boolean;
}

/** Matches every job, but is no filter that the counts know. */
const UNCOUNTED = 'createdFrom=2000-01-01T00:00:00.000Z';

/** Places in one long list whose pages are read in turn, and most rows between two of them. */
const PLACES = 50;
const MOST_ROWS_BETWEEN = 397;

/** Jobs whose history is read, and most that events are appended to: as many at each size. */
const HISTORIES = 2000;
const TARGETS = 5000;

/** The same path for each of the owners in turn. */
const ofEach =
  (...paths: string[]): GrowthScenario['requests'] =>
  ({ program }, { owners }) =>
    Promise.resolve(
      owners.flatMap(({ id }) => {
        const headers = program.headers(id);
        return paths.map((path) => requestBytes('GET', path, headers));
      }),
    );

/** Pages from the middle of each list on. */
const deepPages: GrowthScenario['requests'] = async ({ client, program }, { owners }) => {
  const places = owners.length === 1 ? PLACES : 1;
  const requests: Buffer[] = [];
  for (const { id, listed } of owners) {
    const headers = program.headers(id);
    const from = Math.max(1, Math.floor(listed / 2));
    // The last of the pages is to be full too.
    const step = Math.max(1, Math.min(MOST_ROWS_BETWEEN, Math.floor((listed - from - 20) / PLACES)));
    for (const cursor of await cursorsAt(client, id, { from, places, step }))
      requests.push(requestBytes('GET', `/api/jobs?cursor=${cursor}`, headers));
  }
  return requests;
};

/** Jobs of the owners picked at random; those that are read are none of those that are written. */
const jobsOf = async (
  client: Client,
  { owners }: Subject,
  where: string,
  limit: number,
): Promise<TargetJob[]> => {
  const { rows } = await client.query<TargetJob>(
    `SELECT id, owner_id FROM jobs WHERE owner_id = ANY ($1) AND ${where} ORDER BY md5(id::text) LIMIT $2`,
    [owners.map(({ id }) => id), limit],
  );
  if (rows.length === 0) throw new Error('The dataset is too small: an owner has no job to measure with');
  return rows;
};

const histories: GrowthScenario['requests'] = async ({ client, program }, subject) =>
  (await jobsOf(client, subject, `md5(id::text) < '8'`, HISTORIES)).map(({ id, owner_id }) =>
    requestBytes('GET', `/api/jobs/${id}/status-events`, program.headers(owner_id)),
  );

const appends: GrowthScenario['requests'] = async ({ client, program }, subject) => {
  const where = `md5(id::text) >= '8' AND workflow_id = 'application' AND NOT archived`;
  return appendRequests(program, await jobsOf(client, subject, where, TARGETS));
};

/** The path of a search. */
export const searchPath = (words: string): string => `/api/jobs?q=${encodeURIComponent(words)}`;

/** The last days of a list that are searched. */
const DAYS = 30;

/** All words, among what each owner created in the last days of their list. */
const searchesOfDays: GrowthScenario['requests'] = async ({ client, program }, { owners }) => {
  const { rows } = await client.query<{ owner_id: string; since: Date }>(
    `SELECT owner_id, max(created_at) - make_interval(days => $2) AS since FROM jobs
     WHERE owner_id = ANY ($1) GROUP BY owner_id`,
    [owners.map(({ id }) => id), DAYS],
  );
  return rows.flatMap(({ owner_id, since }) =>
    Object.values(WORDS).map((words) =>
      requestBytes(
        'GET',
        `${searchPath(words)}&createdFrom=${since.toISOString()}`,
        program.headers(owner_id),
      ),
    ),
  );
};

/** Reads before writes, so that no read is measured over what a write left to clean up. */
export const SCENARIOS: readonly GrowthScenario[] = [
  { name: 'first-page', title: 'first page', requests: ofEach('/api/jobs') },
  { name: 'deep-page', title: 'page in the middle of the list, by cursor', requests: deepPages },
  { name: 'history', title: 'history of a job', requests: histories },
  { name: 'total', title: 'total of the list', requests: ofEach('/api/jobs?limit=1') },
  {
    name: 'total-exact',
    title: 'total of the list, count=exact',
    requests: ofEach('/api/jobs?limit=1&count=exact'),
  },
  {
    name: 'total-filtered',
    title: 'total of a filter that all match',
    requests: ofEach(`/api/jobs?limit=1&${UNCOUNTED}`),
  },
  {
    name: 'total-filtered-exact',
    title: 'total of a filter that all match, count=exact',
    requests: ofEach(`/api/jobs?limit=1&count=exact&${UNCOUNTED}`),
    oneAtATime: true,
  },
  { name: 'search', title: 'search by q', requests: ofEach(...Object.values(WORDS).map(searchPath)) },
  { name: 'search-days', title: `search by q within ${DAYS} days`, requests: searchesOfDays },
  { name: 'stats', title: 'statistics', requests: ofEach('/api/stats') },
  { name: 'append', title: 'append of an event', requests: appends, status: 201, folding: true },
];
