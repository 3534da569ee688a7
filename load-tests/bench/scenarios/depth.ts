import { CursorCodec } from '../../../src/platform/pagination';
import { deriveKey } from '../../../src/platform/security';
import { type Bench, type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { requestBytes, sendOnce } from '../http-client';
import { SECRET_KEY } from '../program';
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
    (await cursorsAt(bench, from, places)).map((cursor) => get(`?cursor=${cursor}`));
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

/** Cursors after rows at and beyond a depth of the default list. */
const cursorsAt = async ({ database }: Bench, from: number, places: number): Promise<string[]> => {
  const ownerId = database.owners.big;
  const { rows } = await database.client.query<{ id: string; created_at: Date }>(
    `SELECT id, created_at FROM (
       SELECT id, created_at, row_number() OVER () AS n FROM (
         SELECT id, created_at FROM jobs WHERE owner_id = $1 AND NOT archived
         ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT $3
       ) r
     ) n WHERE (n - 1) % $4 = 0`,
    [ownerId, from - 1, (places - 1) * STEP + 1, STEP],
  );
  const cursors = new CursorCodec(deriveKey(SECRET_KEY, 'cursor'));
  const query = `["jobs","-createdAt",{"ownerId":"${ownerId}","archived":[false],"texts":{},"tags":[]}]`;
  return rows.map(({ id, created_at }, index) => {
    const place = { key: created_at.toISOString(), id, rowsBefore: from + index * STEP };
    return cursors.encode({ direction: 'next', ...place }, query);
  });
};
