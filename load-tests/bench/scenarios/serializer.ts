import assert from 'node:assert/strict';
import { type Scenario } from '../bench';
import { inTurn, overHttp, runContest, type Outcome } from '../contest';
import { requestBytes, sendOnce } from '../http-client';
import { startBaseline, type ServerProcess } from '../processes';
import { SECRET_KEY } from '../program';
import { throughputRatio } from '../report';

const POSTGRES = 'JSON of Postgres';
const SCHEMA = 'columns, serializer compiled from a schema';
const STRINGIFY = 'columns, JSON.stringify';

/** Who makes the JSON of a first page: the same bare Fastify and `pg` with each serializer, the same page from each. */
export const serializer: Scenario = async ({ database, program, rounds }) => {
  const requests = database.owners.ordinary.map((owner) =>
    requestBytes('GET', '/api/jobs', program.headers(owner)),
  );
  const environment = { DATABASE_URL: database.postgres.url, SECRET_KEY };
  const servers: [string, ServerProcess][] = [
    [POSTGRES, await startBaseline('fastify-pg', environment)],
    [SCHEMA, await startBaseline('fastify-rows', { ...environment, SERIALIZER: 'schema' })],
    [STRINGIFY, await startBaseline('fastify-rows', environment)],
  ];
  try {
    await assertSamePages(servers, requests);
    const outcomes = await runContest(
      servers.map(([name, server]) => overHttp(name, server, inTurn(requests))),
      rounds,
    );
    return {
      title: `Serializer: first page of ${requests.length} owners in turn`,
      outcomes,
      // Postgres has no less work; what it takes from the program's one thread is what counts.
      targets: [SCHEMA, STRINGIFY].flatMap((name) => [
        {
          what: `JSON of Postgres, to ${name}`,
          measured: throughputRatio(outcomes, POSTGRES, name),
          wanted: 0.9,
        },
        {
          what: `CPU of Node with ${name}, to that with JSON of Postgres`,
          measured: cpuOfNode(outcomes, name) / cpuOfNode(outcomes, POSTGRES),
          wanted: 1.3,
        },
      ]),
    };
  } finally {
    await Promise.all(servers.map(([, server]) => server.stop()));
  }
};

const cpuOfNode = (outcomes: readonly Outcome[], of: string): number =>
  outcomes.find(({ name }) => name === of)?.serverCpu ?? Number.NaN;

/** What is compared must do the same; JSON of Postgres has other spaces. */
const assertSamePages = async (
  servers: readonly (readonly [string, ServerProcess])[],
  requests: readonly Buffer[],
): Promise<void> => {
  for (const request of requests) {
    const pages = await Promise.all(servers.map(([, { port }]) => sendOnce(port, request)));
    const [first, ...others] = pages.map(({ body }) => JSON.parse(body.toString()) as unknown);
    for (const other of others) assert.deepEqual(other, first);
  }
};
