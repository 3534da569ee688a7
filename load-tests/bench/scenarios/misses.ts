import { type Scenario } from '../bench';
import { overHttp, runContest } from '../contest';
import { requestBytes } from '../http-client';
import { runningAlone } from '../running-alone';
import { throughputRatio } from '../report';

const ON = 'MISS: read and put into the cache';
const OFF = 'cache off';

/** Milliseconds since 1970 that no job was created before: each is another query with the same answer. */
const BEGINNING = Date.UTC(2000, 0, 1);

/** First pages that nobody has asked for before, with the cache and without it. */
export const misses: Scenario = async (bench) => {
  const owners = bench.database.owners.ordinary;
  const headers = owners.map((owner) => bench.program.headers(owner));
  let count = 0;
  const next = (): Buffer => {
    count += 1;
    const from = new Date(BEGINNING + count).toISOString();
    return requestBytes('GET', `/api/jobs?createdFrom=${from}`, headers[count % headers.length] ?? {});
  };
  const outcomes = await runningAlone(bench, {}, next, (cached) =>
    runContest([overHttp(ON, cached, next), overHttp(OFF, bench.program, next)], bench.rounds),
  );
  return {
    title: `First page that is not in the cache, of ${owners.length} owners in turn`,
    outcomes,
    targets: [{ what: 'a miss, to no cache', measured: throughputRatio(outcomes, ON, OFF), wanted: 0.95 }],
  };
};
