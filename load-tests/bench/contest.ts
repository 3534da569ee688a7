import { cpuSeconds, cpuSecondsOfChildren } from './cpu-time';
import { HttpConnection } from './http-client';
import { CLIENTS, runLoad, type LoadClient, type LoadResult } from './load';

/** One who is measured. */
export interface Contestant {
  name: string;
  /** Process whose CPU time is told; `undefined`: the bench itself does the work. */
  pid?: number;
  /** How many clients work at the same time. Default: `CLIENTS`. */
  clients?: number;
  /** Has it ready before each round. */
  prepare?(): Promise<void>;
  /** Opens one of the clients. */
  open(): Promise<LoadClient>;
}

/** Lowest and highest of the rounds. */
export type Range = [number, number];

/** Medians over the rounds. CPU times in microseconds for one request. */
export interface Outcome extends Omit<LoadResult, 'requests'> {
  name: string;
  serverCpu: number | undefined;
  postgresCpu: number;
  /** How far the rounds lay apart; `cpu` is that of server and Postgres together. */
  spread?: { cpu: Range; p50: Range };
}

/** How long and how often. */
export interface Rounds {
  rounds: number;
  /** Of load for each contestant in each round. */
  seconds: number;
  /** Most rounds of warming up that each is given. Default 4. */
  warmUp?: number;
  /** Pid of the Postgres server. */
  postgresPid: number;
}

/** Requests that warm a contestant of `CLIENTS` clients up (fewer clients: fewer), and most rounds that they are given. */
const WARM_UP = { requests: 3000, rounds: 4 };

/** The middle one, NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

const rangeOf = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];

type Sample = LoadResult & Pick<Outcome, 'serverCpu' | 'postgresCpu'>;

const clientsOf = ({ clients = CLIENTS }: Contestant): number => clients;

const measure = async (contestant: Contestant, { seconds, postgresPid }: Rounds): Promise<Sample> => {
  await contestant.prepare?.();
  const clients = await Promise.all(Array.from({ length: clientsOf(contestant) }, () => contestant.open()));
  try {
    const server = contestant.pid === undefined ? 0 : cpuSeconds(contestant.pid);
    const postgres = cpuSecondsOfChildren(postgresPid);
    const result = await runLoad(clients, seconds);
    const each = 1e6 / result.requests;
    return {
      ...result,
      serverCpu: contestant.pid === undefined ? undefined : (cpuSeconds(contestant.pid) - server) * each,
      postgresCpu: (cpuSecondsOfChildren(postgresPid) - postgres) * each,
    };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
};

/**
 * Works until V8 has compiled what is hot: what runs first would else be measured half interpreted. Ends after
 * some rounds all the same, for those that are slow.
 */
const warmUp = async (contestant: Contestant, rounds: Rounds): Promise<void> => {
  const enough = (WARM_UP.requests * clientsOf(contestant)) / CLIENTS;
  let requests = 0;
  for (let round = 0; round < (rounds.warmUp ?? WARM_UP.rounds) && requests < enough; round += 1) {
    requests += (await measure(contestant, rounds)).requests;
  }
};

/**
 * Measures the contestants in alternating rounds, so that what else the machine does meets them alike, each
 * round in another order.
 */
export const runContest = async (contestants: readonly Contestant[], rounds: Rounds): Promise<Outcome[]> => {
  const samples = contestants.map((): Sample[] => []);
  for (const contestant of contestants) await warmUp(contestant, rounds);
  for (let round = 0; round < rounds.rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (turn + round) % contestants.length;
      samples[index]!.push(await measure(contestants[index]!, rounds));
    }
  }
  const medianOf = (index: number, read: (sample: Sample) => number): number =>
    median(samples[index]!.map(read));
  return contestants.map(({ name, pid }, index) => ({
    name,
    perSecond: medianOf(index, (sample) => sample.perSecond),
    p50: medianOf(index, (sample) => sample.p50),
    p95: medianOf(index, (sample) => sample.p95),
    p99: medianOf(index, (sample) => sample.p99),
    serverCpu: pid === undefined ? undefined : medianOf(index, (sample) => sample.serverCpu ?? 0),
    postgresCpu: medianOf(index, (sample) => sample.postgresCpu),
    spread: {
      cpu: rangeOf(samples[index]!.map(({ serverCpu = 0, postgresCpu }) => serverCpu + postgresCpu)),
      p50: rangeOf(samples[index]!.map(({ p50 }) => p50)),
    },
  }));
};

/** A contestant that is asked over HTTP, request after request of those given. */
export const overHttp = (
  name: string,
  { port, pid }: { port: number; pid: number },
  next: () => Buffer,
  expected: number | readonly number[] = 200,
): Contestant => {
  const statuses = [expected].flat();
  return {
    name,
    pid,
    open: async () => {
      const connection = await HttpConnection.open(port);
      return {
        work: async () => {
          const { status, body } = await connection.send(next());
          if (!statuses.includes(status))
            throw new Error(`${name} answered ${status}: ${body.toString('utf8', 0, 500)}`);
        },
        close: () => connection.close(),
      };
    },
  };
};

/** Gives the items one after another, from the beginning again after the last. */
export const inTurn = <T>(items: readonly T[]): (() => T) => {
  let index = 0;
  return () => items[index++ % items.length]!;
};
