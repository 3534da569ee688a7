import { appendRequests, appendTargets } from '../append-requests';
import { type Bench, type Scenario } from '../bench';
import { withTwins, type Twin, type Twins } from '../counted-twins';
import { inTurn, overHttp, runContest, type Contestant } from '../contest';
import { requestBytes } from '../http-client';
import { throughputRatio, type Section } from '../report';
import { createWriters } from '../writers';
import { JOB_BODY } from './creates';
import { importBatchLog } from './counters-import';

const ON = 'with counters';
const OFF = 'without counters';
const ONE = 'with counters, all to one owner';

/** Of the throughput without counters. */
const WANTED = 0.85;

/** What writes cost more since jobs are counted: the same program on two copies of one database, while deltas are folded. */
export const counters: Scenario = (bench) =>
  withTwins(bench, async (twins) => [
    await appending(bench, twins),
    await creating(bench, twins),
    await importBatchLog(bench, twins),
  ]);

/** Who is measured first has nothing of the others' left to be folded. */
const settled = (contestant: Contestant, { folding }: Twins): Contestant => ({
  ...contestant,
  prepare: () => folding.finish(),
});

const appending = async ({ rounds }: Bench, twins: Twins): Promise<Section> => {
  const { counted, uncounted, owners } = twins;
  const { client, program } = counted;
  // Tokens and jobs are the same in both copies.
  const many = appendRequests(program, await appendTargets(client, 'many', owners));
  const one = appendRequests(program, await appendTargets(client, 'one', owners));
  const contestants = [
    overHttp(ONE, program, inTurn(one), 201),
    overHttp(ON, program, inTurn(many), 201),
    overHttp(OFF, uncounted.program, inTurn(many), 201),
  ].map((contestant) => settled(contestant, twins));
  const outcomes = await runContest(contestants, rounds);
  return {
    title: 'Appending a status event, with and without counters',
    outcomes,
    targets: [
      { what: `${ON}, to ${OFF}`, measured: throughputRatio(outcomes, ON, OFF), wanted: WANTED },
      { what: 'one owner to many owners', measured: throughputRatio(outcomes, ONE, ON), wanted: 0.7 },
    ],
  };
};

const creating = async ({ rounds }: Bench, twins: Twins): Promise<Section> => {
  const contestant = async (name: string, { program, client }: Twin): Promise<Contestant> => {
    const writers = await createWriters(client, 100);
    const requests = writers.map((id) => requestBytes('POST', '/api/jobs', program.headers(id), JOB_BODY));
    return settled(overHttp(name, program, inTurn(requests), 201), twins);
  };
  const outcomes = await runContest(
    [await contestant(ON, twins.counted), await contestant(OFF, twins.uncounted)],
    rounds,
  );
  return {
    title: 'Creating a job, with and without counters',
    outcomes,
    targets: [{ what: `${ON}, to ${OFF}`, measured: throughputRatio(outcomes, ON, OFF), wanted: WANTED }],
  };
};
