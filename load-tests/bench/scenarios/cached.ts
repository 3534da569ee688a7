import { startRedis } from '../../../test/support/redis-server';
import { type Scenario } from '../bench';
import { inTurn, overHttp, runContest, type Contestant } from '../contest';
import { requestBytes, sendOnce } from '../http-client';
import { type Program } from '../program';
import { startReady } from '../ready-bodies';
import { throughputRatio } from '../report';
import { runningAlone, untilCaching } from '../running-alone';

const READY = 'node:http, bytes ready';
const MEMORY = 'HIT in memory';
const REDIS = 'HIT with Redis';
const UNCHANGED = '304 in memory';

/** Owners whose first page is asked for in turn: all of them fit into the cache. */
const OWNERS = 500;

/** Cached first pages, in memory mode and with Redis, against a server that has the same bytes ready. */
export const cached: Scenario = async (bench) => {
  const { database, program, rounds } = bench;
  const owners = database.owners.ordinary.slice(0, OWNERS);
  const asked = owners.map((owner) => requestBytes('GET', '/api/jobs', program.headers(owner)));
  const any = inTurn(asked);
  const ready = await startReady(owners, program, asked);
  const redis = await startRedis();
  try {
    // Processes that do not hear of each other do not cache: one contest after the other.
    const withRedis = await runningAlone(bench, { REDIS_URL: redis.url }, any, async (shared) =>
      runContest(
        [
          fromCache(REDIS, shared, await warm(shared, asked), 200),
          overHttp(`${READY} (again)`, ready, inTurn(asked)),
        ],
        rounds,
      ),
    );
    const inMemory = await runningAlone(bench, {}, any, async (memory) => {
      const known = await warm(memory, asked);
      return runContest(
        [
          fromCache(UNCHANGED, memory, await conditional(memory, owners), 304),
          fromCache(MEMORY, memory, known, 200),
          overHttp(READY, ready, inTurn(asked)),
        ],
        rounds,
      );
    });
    const outcomes = [...withRedis, ...inMemory];
    const ratio = (of: string, to = READY): number => throughputRatio(outcomes, of, to);
    return {
      title: `Cached first page of ${owners.length} owners in turn`,
      outcomes,
      targets: [
        { what: 'hit in memory, to node:http', measured: ratio(MEMORY), wanted: 0.35 },
        { what: '304 in memory, to node:http', measured: ratio(UNCHANGED), wanted: 0.35 },
        { what: 'hit with Redis, to node:http', measured: ratio(REDIS, `${READY} (again)`), wanted: 0.25 },
      ],
    };
  } finally {
    await Promise.all([ready.stop(), redis.stop()]);
  }
};

/** One whose answers come from its cache, in each round from the first one on. */
const fromCache = (name: string, server: Program, requests: Buffer[], status: number): Contestant => {
  const next = inTurn(requests);
  return { ...overHttp(name, server, next, status), prepare: () => untilCaching(server, next) };
};

/** Fills the cache. */
const warm = async (server: Program, requests: Buffer[]): Promise<Buffer[]> => {
  for (const request of requests) await sendOnce(server.port, request);
  return requests;
};

/** Requests by clients that have the answer already. */
const conditional = async (server: Program, owners: readonly string[]): Promise<Buffer[]> => {
  const requests: Buffer[] = [];
  for (const owner of owners) {
    const headers = server.headers(owner);
    const { head } = await sendOnce(server.port, requestBytes('GET', '/api/jobs', headers));
    const etag = /\r\netag: ([^\r]+)/i.exec(head)?.[1] ?? '';
    requests.push(requestBytes('GET', '/api/jobs', { ...headers, 'if-none-match': etag }));
  }
  return requests;
};
