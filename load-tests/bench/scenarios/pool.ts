import { appendRequests, appendTargets } from '../append-requests';
import { type Bench, type Scenario } from '../bench';
import { inTurn, overHttp, runContest, type Contestant } from '../contest';
import { whileFolding } from '../folding';
import { requestBytes } from '../http-client';
import { startProgram, UNCACHED, type Program } from '../program';
import { throughputRatio, type Section } from '../report';

/** Sizes of the pool; the last is the default. All of them together stay below what Postgres takes by default. */
const SIZES = [5, 10, 30, 20];

/** More clients than connections, whatever the size: the pool decides how many requests are at work in Postgres. */
const CLIENTS_AT_ONCE = 128;

const nameOf = (size: number): string => `${size} connections`;

/** The same program with pools of several sizes. */
type Programs = readonly (readonly [number, Program])[];

/** How many connections the program does best with, asked by many clients at once: uncached first pages, then appends. */
export const pool: Scenario = async (bench) => {
  const programs: [number, Program][] = [];
  try {
    for (const size of SIZES) programs.push([size, await startWith(bench, size)]);
    return [await reading(bench, programs), await appending(bench, programs)];
  } finally {
    await Promise.all(programs.map(([, program]) => program.stop()));
  }
};

const reading = async ({ database, program, rounds }: Bench, programs: Programs): Promise<Section> => {
  const requests = database.owners.ordinary.map((owner) =>
    requestBytes('GET', '/api/jobs', program.headers(owner)),
  );
  return contest('uncached first pages', contestants(programs, requests, 200), rounds);
};

/** While the counts are folded, as a worker does; who is measured has nothing of the others' left to be folded. */
const appending = async ({ database, program, rounds }: Bench, programs: Programs): Promise<Section> => {
  const { client, owners, postgres } = database;
  const requests = appendRequests(program, await appendTargets(client, 'many', owners));
  return whileFolding(postgres.url, ({ finish }) =>
    contest(
      'appends of an event',
      contestants(programs, requests, 201).map((each) => ({ ...each, prepare: finish })),
      rounds,
    ),
  );
};

const contestants = (programs: Programs, requests: readonly Buffer[], status: number): Contestant[] =>
  programs.map(([size, program]) => ({
    ...overHttp(nameOf(size), program, inTurn(requests), status),
    clients: CLIENTS_AT_ONCE,
  }));

const contest = async (
  what: string,
  asked: readonly Contestant[],
  rounds: Bench['rounds'],
): Promise<Section> => {
  const outcomes = await runContest(asked, rounds);
  const standard = nameOf(SIZES.at(-1)!);
  return {
    title: `Size of the pool: ${what}, by ${CLIENTS_AT_ONCE} clients`,
    outcomes,
    targets: SIZES.slice(0, -1).map((size) => ({
      what: `the default of ${standard}, to ${nameOf(size)}`,
      measured: throughputRatio(outcomes, standard, nameOf(size)),
      wanted: 0.9,
    })),
  };
};

const startWith = ({ database, options }: Bench, size: number): Promise<Program> =>
  startProgram(database.postgres.url, options, { ...UNCACHED, DB_MAX_CONNECTIONS: String(size) });
