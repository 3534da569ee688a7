import assert from 'node:assert/strict';
import { type Bench, type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { requestBytes, sendOnce } from '../http-client';
import { startBaseline, type ServerProcess } from '../processes';
import { SECRET_KEY } from '../program';
import { startReady } from '../ready-bodies';
import { throughputRatio } from '../report';

const OURS = 'Jobtrail';
const BARE = 'bare Fastify + pg';
const TUTORIAL = 'NestJS + TypeORM findAndCount';
const READY = 'node:http, bytes ready';

/** The first page of ordinary owners against the baselines, which all send the same bytes. */
export const firstPage: Scenario = async (bench) => {
  const { program, database } = bench;
  const requests = database.owners.ordinary.map((owner) =>
    requestBytes('GET', '/api/jobs', program.headers(owner)),
  );
  const baselines = await startBaselines(bench, requests);
  try {
    const contestants = { ...baselines, [OURS]: program };
    await assertSameBodies(contestants, requests);
    const outcomes = await runContest(
      Object.entries(contestants).map(([name, server]) => overHttp(name, server, inTurn(requests))),
      bench.rounds,
    );
    return {
      title: `First page (20 rows, total exact) of ${requests.length} owners in turn`,
      outcomes,
      targets: [
        { what: `to ${BARE}`, measured: throughputRatio(outcomes, OURS, BARE), wanted: 0.6 },
        { what: `to ${TUTORIAL}`, measured: throughputRatio(outcomes, OURS, TUTORIAL), wanted: 2.5 },
      ],
    };
  } finally {
    await Promise.all(Object.values(baselines).map((server) => server.stop()));
  }
};

const startBaselines = async (
  { database, program }: Bench,
  requests: readonly Buffer[],
): Promise<Record<string, ServerProcess>> => {
  const environment = { DATABASE_URL: database.postgres.url, SECRET_KEY };
  return {
    [READY]: await startReady(database.owners.ordinary, program, requests),
    [TUTORIAL]: await startBaseline('nest-typeorm', environment),
    [BARE]: await startBaseline('fastify-pg', environment),
  };
};

/** What is compared must do the same: every owner's page from everyone, byte by byte. */
const assertSameBodies = async (
  contestants: Record<string, ServerProcess>,
  requests: readonly Buffer[],
): Promise<void> => {
  const ours = contestants[OURS]!;
  for (const request of requests) {
    const expected = await sendOnce(ours.port, request);
    assert.equal(expected.status, 200, expected.body.toString());
    for (const [name, server] of Object.entries(contestants)) {
      const answer = await sendOnce(server.port, request);
      assert.equal(answer.body.toString(), expected.body.toString(), `${name} answers other bytes`);
    }
  }
};
