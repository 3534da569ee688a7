import { type Bench, type Scenario } from '../bench';
import { inTurn, overHttp, runContest } from '../contest';
import { requestBytes } from '../http-client';
import { startProgram, UNCACHED, type Program } from '../program';
import { throughputRatio } from '../report';

/** Sizes of the pool; the last is the default. All of them together stay below what Postgres takes by default. */
const SIZES = [5, 10, 30, 20];

/** More clients than connections, whatever the size: the pool decides how many requests are at work in Postgres. */
const CLIENTS_AT_ONCE = 128;

const nameOf = (size: number): string => `${size} connections`;

/**
 * How many connections the program does best with: uncached first pages, asked for by many clients at once. Reads only,
 * since the first write of a process waits for the others that share its database without a Redis.
 */
export const pool: Scenario = async (bench) => {
  const requests = bench.database.owners.ordinary.map((owner) =>
    requestBytes('GET', '/api/jobs', bench.program.headers(owner)),
  );
  const programs: [number, Program][] = [];
  try {
    for (const size of SIZES) programs.push([size, await startWith(bench, size)]);
    const outcomes = await runContest(
      programs.map(([size, program]) => ({
        ...overHttp(nameOf(size), program, inTurn(requests)),
        clients: CLIENTS_AT_ONCE,
      })),
      bench.rounds,
    );
    const standard = nameOf(SIZES.at(-1)!);
    return {
      title: `Size of the pool: uncached first pages, by ${CLIENTS_AT_ONCE} clients`,
      outcomes,
      targets: SIZES.slice(0, -1).map((size) => ({
        what: `the default of ${standard}, to ${nameOf(size)}`,
        measured: throughputRatio(outcomes, standard, nameOf(size)),
        wanted: 0.9,
      })),
    };
  } finally {
    await Promise.all(programs.map(([, program]) => program.stop()));
  }
};

const startWith = ({ database, options }: Bench, size: number): Promise<Program> =>
  startProgram(database.postgres.url, options, { ...UNCACHED, DB_MAX_CONNECTIONS: String(size) });
