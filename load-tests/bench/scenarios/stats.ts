import { type Bench, type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { whileFolding } from '../folding';
import { requestBytes, sendOnce } from '../http-client';
import { throughputRatio } from '../report';
import { ownerOfThousand } from '../owner-of-thousand';
import { readTutorialStats } from '../tutorial-stats';

const BIG = 'stats, owner with the most jobs';
const SMALL = 'stats, owner with 1 000 jobs';
const DAYS = 'stats, the most jobs, last 30 days';
const PAGE = 'list page, owner with the most jobs';

const DAY = 86_400_000;

/** How often what takes long is read, one at a time. */
const READS = 5;

/** Statistics that are in no cache, against a page of the list, and by the size of the list. */
export const stats: Scenario = async (bench) => {
  const { program, database } = bench;
  const { big } = database.owners;
  const small = await ownerOfThousand(database.client, big);
  await whileFolding(database.postgres.url, ({ finish }) => finish());
  const get = (owner: string, path: string): Buffer[] => [requestBytes('GET', path, program.headers(owner))];
  const since = (days: number): string =>
    `from=${day(Date.now() - days * DAY)}&to=${day(Date.now())}&timeZone=`;
  const requests = {
    [DAYS]: get(big, `/api/stats?${since(29)}UTC`),
    [SMALL]: get(small, '/api/stats'),
    [BIG]: get(big, '/api/stats'),
    [PAGE]: get(big, '/api/jobs'),
  };
  const outcomes = await runContest(
    Object.entries(requests).map(([name, same]) => overHttp(name, program, inTurn(same))),
    bench.rounds,
  );
  const cost = (of: string, to: string): number => throughputRatio(outcomes, to, of);
  return {
    title: 'Statistics, uncached',
    outcomes,
    notes: await oneAtATime(bench, {
      all: requests[BIG][0]!,
      year: get(big, `/api/stats?${since(364)}Europe/Berlin`)[0]!,
    }),
    targets: [
      { what: 'cost to a list page', measured: cost(BIG, PAGE), wanted: 3, atMost: true },
      { what: 'cost to that of 1 000 jobs', measured: cost(BIG, SMALL), wanted: 1.5, atMost: true },
    ],
  };
};

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Reads in turns what takes too long for many at once: the tutorial's way, and a year in another time zone. */
const oneAtATime = async (
  { program, database }: Bench,
  { all, year }: { all: Buffer; year: Buffer },
): Promise<string[]> => {
  const times: Record<'all' | 'year' | 'tutorial', number[]> = { all: [], year: [], tutorial: [] };
  const timed = async (into: number[], read: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await read();
    into.push(performance.now() - started);
  };
  for (let read = 0; read < READS; read += 1) {
    await timed(times.tutorial, () => readTutorialStats(database.client, database.owners.big));
    await timed(times.all, () => sendOnce(program.port, all));
    await timed(times.year, () => sendOnce(program.port, year));
  }
  const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
  const [ours, tutorial] = [median(times.all), median(times.tutorial)];
  return [
    `one at a time, of the owner with the most jobs: ${ours.toFixed(1)} ms; of a year in Europe/Berlin: ` +
      `${median(times.year).toFixed(0)} ms; by GROUP BY over jobs and events, for some of the figures: ` +
      `${tutorial.toFixed(0)} ms, ${(tutorial / ours).toFixed(0)} times as long`,
  ];
};
