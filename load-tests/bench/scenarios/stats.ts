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
const YEAR = 'stats, the most jobs, last year in Europe/Berlin';
const PAGE = 'list page, owner with the most jobs';

const DAY = 86_400_000;

/** How often the tutorial's way is read: it takes seconds. */
const READS = 3;

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
    [YEAR]: get(big, `/api/stats?${since(364)}Europe/Berlin`),
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
    notes: await againstTutorial(bench, requests[BIG][0]!),
    targets: [
      { what: 'cost to a list page', measured: cost(BIG, PAGE), wanted: 3, atMost: true },
      { what: 'cost to that of 1 000 jobs', measured: cost(BIG, SMALL), wanted: 1.5, atMost: true },
    ],
  };
};

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Reads both ways in turns, one at a time: the tutorial's takes too long for many at once. */
const againstTutorial = async ({ program, database }: Bench, request: Buffer): Promise<string[]> => {
  const times: { ours: number[]; tutorial: number[] } = { ours: [], tutorial: [] };
  const timed = async (into: number[], read: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await read();
    into.push(performance.now() - started);
  };
  for (let read = 0; read < READS; read += 1) {
    await timed(times.tutorial, () => readTutorialStats(database.client, database.owners.big));
    await timed(times.ours, () => sendOnce(program.port, request));
  }
  const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
  const [ours, tutorial] = [median(times.ours), median(times.tutorial)];
  return [
    `one at a time, of the owner with the most jobs: ${ours.toFixed(1)} ms; by GROUP BY over jobs and events, for some of ` +
      `the figures: ${tutorial.toFixed(0)} ms, ${(tutorial / ours).toFixed(0)} times as long`,
  ];
};
