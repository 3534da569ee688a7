import { type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { cursorsAt } from '../cursors';
import { requestBytes, sendOnce } from '../http-client';
import { throughputRatio } from '../report';

const FIRST = 'first page';

/** Rows between two places that are read, and how many such places there are. */
const STEP = 397;
const PLACES = 50;

/** Pages at a depth, in the list of the owner with the most jobs. */
export const depth: Scenario = async (bench) => {
  const { program, database, options } = bench;
  const deep = Math.floor(options.bigOwnerJobs / 2);
  const headers = program.headers(database.owners.big);
  const get = (query: string): Buffer => requestBytes('GET', `/api/jobs${query}`, headers);
  const byCursor = async (from: number, places: number): Promise<Buffer[]> =>
    (await cursorsAt(database.client, database.owners.big, { from, places, step: STEP })).map((cursor) =>
      get(`?cursor=${cursor}`),
    );
  const pages = {
    [`by offset, ${whole(1000)} rows deep`]: [get('?page=51&limit=20')],
    [`by cursor, ${whole(1000)} rows deep`]: await byCursor(1000, 1),
    [`by cursor, ${whole(deep)} rows deep`]: await byCursor(deep, PLACES),
    [FIRST]: [get('')],
  };
  for (const [request] of Object.values(pages)) {
    const { status, body } = await sendOnce(program.port, request!);
    const rows = (JSON.parse(body.toString()) as { data?: unknown[] }).data?.length;
    if (status !== 200 || rows !== 20) throw new Error(`A page has ${rows ?? 'no'} rows: ${body.toString()}`);
  }
  const outcomes = await runContest(
    Object.entries(pages).map(([name, requests]) => overHttp(name, program, inTurn(requests))),
    bench.rounds,
  );
  return {
    title: `Pages in the list of one owner with ${whole(options.bigOwnerJobs)} jobs`,
    outcomes,
    targets: [
      {
        what: `cost of a page ${whole(deep)} rows deep to that of the first`,
        measured: throughputRatio(outcomes, FIRST, `by cursor, ${whole(deep)} rows deep`),
        wanted: 1.2,
        atMost: true,
      },
    ],
  };
};

const whole = (value: number): string => value.toLocaleString('en-US').replaceAll(',', ' ');
