import { type Scenario } from '../bench';
import { inTurn, overHttp, type Contestant } from '../contest';
import { requestBytes, sendOnce } from '../http-client';
import { runPairs } from '../paired';
import { startProgram, type Program } from '../program';

/** Owners in turn. */
const OWNERS = 100;

/** Answers that may be old are cached by two processes on one database that do not hear of each other. */
const PATH = '/api/workflows';

/** Short rounds, and the more of them: a part of `--seconds` each. */
const PAIRS_A_ROUND = 6;

/** What a request costs that is answered from memory, with and without its being measured: two processes in turn. */
export const metrics: Scenario = async ({ database, options, rounds: { rounds, seconds } }) => {
  const start = (enabled: boolean): Promise<Program> =>
    startProgram(database.postgres.url, options, { METRICS_ENABLED: String(enabled) });
  const programs = await Promise.all([start(true), start(false)]);
  try {
    const contestants = programs.map((program): Contestant => {
      const asked = database.owners.ordinary
        .slice(0, OWNERS)
        .map((owner) => requestBytes('GET', PATH, program.headers(owner)));
      return {
        ...overHttp(`pid ${program.pid}`, program, inTurn(asked)),
        // Who is measured is also read, once a round: more often than Prometheus does.
        prepare: async () => {
          await sendOnce(program.port, requestBytes('GET', '/metrics', {}));
          const { head } = await sendOnce(program.port, asked[0] ?? Buffer.alloc(0));
          if (!/x-cache: (HIT|MISS)/i.test(head)) throw new Error(`It should be cached: ${head}`);
        },
      };
    });
    const pairs = rounds * PAIRS_A_ROUND;
    const { first, second, ratio, quartiles } = await runPairs(contestants as [Contestant, Contestant], {
      pairs,
      seconds: seconds / PAIRS_A_ROUND,
    });
    const [low, high] = quartiles.map((value) => value.toFixed(3));
    return {
      title: 'What metrics cost an answer from the cache',
      outcomes: [],
      targets: [
        { what: 'CPU of Node with metrics, to without', measured: ratio, wanted: 1.03, atMost: true },
      ],
      notes: [
        `CPU of Node: ${first.toFixed(1)} µs a request with metrics, ${second.toFixed(1)} without`,
        `Ratio ${ratio.toFixed(3)}, median of ${pairs} pairs of rounds; half of them lie between ${low} and ${high}`,
      ],
    };
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
};
