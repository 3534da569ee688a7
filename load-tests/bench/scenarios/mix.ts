import { type Bench, type Scenario } from '../bench';
import { overHttp, runContest } from '../contest';
import { requestBytes } from '../http-client';
import { startBaseline } from '../processes';
import { throughputRatio } from '../report';
import { runningAlone } from '../running-alone';

const OURS = 'Jobtrail';
const TUTORIAL = 'NestJS + TypeORM';

/** Owners who read and write in turn. */
const OWNERS = 200;

/** One request of ten is a write. */
const ONE_WRITE_IN = 10;

/** First pages, and status events of the same owners: nine reads to one write. */
export const mix: Scenario = async (bench) => {
  const { database, rounds } = bench;
  const next = await mixed(bench);
  const tutorial = await startBaseline('nest-typeorm', { DATABASE_URL: database.postgres.url });
  try {
    const outcomes = await runningAlone(bench, {}, next, (cached) =>
      runContest(
        [overHttp(OURS, cached, next, [200, 201]), overHttp(TUTORIAL, tutorial, next, [200, 201])],
        rounds,
      ),
    );
    return {
      title: `Nine first pages to one status event, of ${OWNERS} owners in turn`,
      outcomes,
      targets: [{ what: `to ${TUTORIAL}`, measured: throughputRatio(outcomes, OURS, TUTORIAL), wanted: 4 }],
    };
  } finally {
    await tutorial.stop();
  }
};

/** Requests of owners in turn; each owner writes as often as one in ten, at another turn than the next one. */
const mixed = async ({ database, program }: Bench): Promise<() => Buffer> => {
  const owners = database.owners.ordinary.slice(0, OWNERS);
  const { rows } = await database.client.query<{ owner_id: string; id: string }>(
    `SELECT DISTINCT ON (owner_id) owner_id, id FROM jobs
     WHERE owner_id = ANY ($1) AND workflow_id = 'application' AND NOT archived ORDER BY owner_id, id`,
    [owners],
  );
  const jobs = new Map(rows.map(({ owner_id, id }) => [owner_id, id]));
  const pairs = owners.flatMap((owner) => {
    const job = jobs.get(owner);
    if (job === undefined) return [];
    const headers = program.headers(owner);
    const read = requestBytes('GET', '/api/jobs', headers);
    const write = requestBytes('POST', `/api/jobs/${job}/status-events`, headers, '{"status":"interview"}');
    return [{ read, write }];
  });
  let count = 0;
  return () => {
    const turn = Math.floor(count / pairs.length);
    const index = count % pairs.length;
    count += 1;
    const { read, write } = pairs[index]!;
    return (turn + index) % ONE_WRITE_IN === 0 ? write : read;
  };
};
