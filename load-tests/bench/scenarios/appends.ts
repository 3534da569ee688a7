import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { APPEND_ONE } from '../../../src/jobs/trail/append-events.statement';
import { appendRequests, appendTargets, type TargetJob } from '../append-requests';
import { type Scenario } from '../bench';
import { inTurn, overHttp, runContest, type Contestant } from '../contest';
import { whileFolding } from '../folding';
import { throughputRatio } from '../report';

const MANY = 'many owners';
const ONE = 'one owner';
const OURS_MANY = `Jobtrail, ${MANY}`;
const OURS_ONE = `Jobtrail, all to ${ONE}`;
const LOOP_MANY = `bare pg loop, ${MANY}`;
const LOOP_ONE = `bare pg loop, all to ${ONE}`;

/** Appending events, against a loop of the same statement without the program around it, while the counts are folded. */
export const appends: Scenario = async (bench) => {
  const { program, database } = bench;
  const many = await appendTargets(database.client, 'many', database.owners);
  const one = await appendTargets(database.client, 'one', database.owners);
  const { url } = database.postgres;
  const contestants = [
    pgLoop(LOOP_ONE, url, inTurn(one)),
    overHttp(OURS_ONE, program, inTurn(appendRequests(program, one)), 201),
    overHttp(OURS_MANY, program, inTurn(appendRequests(program, many)), 201),
    pgLoop(LOOP_MANY, url, inTurn(many)),
  ];
  const outcomes = await whileFolding(url, ({ finish }) =>
    runContest(
      contestants.map((contestant) => ({ ...contestant, prepare: finish })),
      bench.rounds,
    ),
  );
  const ratio = (of: string, to: string): number => throughputRatio(outcomes, of, to);
  return {
    title: 'Appending a status event, 32 clients',
    outcomes,
    targets: [
      { what: `many owners, to the loop`, measured: ratio(OURS_MANY, LOOP_MANY), wanted: 0.4 },
      { what: `one owner, to the loop`, measured: ratio(OURS_ONE, LOOP_ONE), wanted: 0.4 },
      { what: `one owner to many owners`, measured: ratio(OURS_ONE, OURS_MANY), wanted: 0.7 },
    ],
  };
};

/** Sends the program's own statement, prepared, over one connection a client. */
const pgLoop = (name: string, url: string, next: () => TargetJob): Contestant => ({
  name,
  open: async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    return {
      work: async () => {
        const { id, owner_id } = next();
        const values = [[id], [uuidv7()], owner_id, owner_id, 'interview', null, null, null];
        const { rows } = await client.query<{ outcome: string }>({ ...APPEND_ONE, values });
        if (rows[0]?.outcome !== 'appended')
          throw new Error(`Not appended: ${rows[0]?.outcome ?? 'no such job'}`);
      },
      close: () => client.end(),
    };
  },
});
