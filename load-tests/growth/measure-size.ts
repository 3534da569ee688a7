import { join } from 'node:path';
import { openDatabase, type BenchDatabase } from '../bench/bench-database';
import { circumstances } from '../bench/circumstances';
import { inTurn, overHttp, runContest, type Contestant, type Outcome, type Rounds } from '../bench/contest';
import { whileFolding } from '../bench/folding';
import { requestBytes, sendOnce } from '../bench/http-client';
import { CLIENTS, runLoad } from '../bench/load';
import { startProgram, UNCACHED, type Program } from '../bench/program';
import { datasetOf } from './dataset-of';
import { type Measured, type Pair, type SizeFigures, type WordFigures } from './figures';
import { type GrowthOptions } from './options';
import { relationsOf } from './relations';
import { SCENARIOS, searchPath, type GrowthScenario } from './scenarios';
import { meanListed, subjectsOf, type Subject } from './subjects';
import { WORDS } from './words';

/** What one size is measured with. */
interface Ground {
  database: BenchDatabase;
  program: Program;
  subjects: readonly Subject[];
  rounds: Rounds;
}

/** Loads a size if it is not there from an earlier run, runs the program on it and measures. */
export const measureSize = async (jobs: number, options: GrowthOptions): Promise<SizeFigures> => {
  const { rounds, seconds, warmUp, only, postings, dist } = options;
  const dataDir = join(options.dataDir, String(jobs));
  const database = await openDatabase({ dataDir, postings, ...datasetOf(jobs) });
  try {
    const { relations, appended } = await relationsOf(database, dataDir);
    const subjects = await subjectsOf(database);
    const program = await startProgram(database.postgres.url, { cpuProfile: undefined, dist }, UNCACHED);
    try {
      const ground = {
        database,
        program,
        subjects,
        rounds: {
          rounds,
          seconds,
          postgresPid: database.postgres.pid,
          ...(warmUp !== undefined && { warmUp }),
        },
      };
      const figures: SizeFigures = {
        jobs,
        circumstances: (await circumstances(database, options)).trim(),
        listed: Object.fromEntries(subjects.map((subject) => [subject.name, meanListed(subject)])),
        baselines: {},
        measured: [],
        words: [],
        relations,
        appended,
      };
      const chosen = SCENARIOS.filter(({ name }) => name.includes(only));
      await warm(chosen, ground);
      for (const scenario of chosen) {
        console.error(`${jobs} jobs: ${scenario.title}`);
        const { baseline, measured } = await measureScenario(scenario, ground);
        figures.baselines[scenario.name] = baseline;
        figures.measured.push(...measured);
        // Before anything is written.
        if (scenario.name === 'search') figures.words = await measureWords(ground);
      }
      return figures;
    } finally {
      await program.stop();
    }
  } finally {
    await database.stop();
  }
};

/** How much longer than a contestant in a round the program is warmed up. */
const WARM_ROUNDS = 15;

/**
 * All reads mixed, until V8 has compiled what they share and Postgres has read what they need: a program that has just
 * started takes several times as much for a request.
 */
const warm = async (scenarios: readonly GrowthScenario[], ground: Ground): Promise<void> => {
  const { database, program, subjects, rounds } = ground;
  const requests = [baselineRequests(ground)];
  for (const scenario of scenarios.filter(({ status = 200, oneAtATime }) => status === 200 && !oneAtATime))
    for (const subject of subjects)
      requests.push(await scenario.requests({ client: database.client, program }, subject));
  const inTurns = requests.map(inTurn);
  const nextKind = inTurn(inTurns);
  const { open } = overHttp('warming up', program, () => nextKind()());
  const clients = await Promise.all(Array.from({ length: CLIENTS }, open));
  await runLoad(clients, rounds.seconds * WARM_ROUNDS);
  await Promise.all(clients.map((client) => client.close()));
};

/** One row by its key, with everything that stands before any request: costs the same whatever the database holds. */
const baselineRequests = ({ program, database }: Ground): Buffer[] =>
  database.owners.ordinary.map((owner) => requestBytes('GET', '/api/profile', program.headers(owner)));

/** All subjects and the baseline in turns, one at a time and under many clients. */
const measureScenario = async (
  scenario: GrowthScenario,
  ground: Ground,
): Promise<{ baseline: Pair; measured: Measured[] }> => {
  const { program, database, subjects, rounds } = ground;
  const { oneAtATime = false, folding = false, status = 200 } = scenario;
  const asked = [{ requests: baselineRequests(ground), status: 200 }];
  for (const subject of subjects)
    asked.push({ requests: await scenario.requests({ client: database.client, program }, subject), status });
  // Both kinds go through one and the same list, so that no request is favoured.
  const contestants = asked.flatMap(({ requests, status: expected }, index): Contestant[] => {
    const next = inTurn(requests);
    const contestant = overHttp(`${scenario.name} ${index}`, program, next, expected);
    return oneAtATime ? [alone(contestant)] : [alone(contestant), contestant];
  });
  const run = (prepare?: () => Promise<void>): Promise<Outcome[]> =>
    runContest(
      contestants.map((contestant) => ({ ...contestant, ...(prepare !== undefined && { prepare }) })),
      rounds,
    );
  const outcomes = folding
    ? await whileFolding(database.postgres.url, ({ finish }) => run(finish))
    : await run();
  const each = oneAtATime ? 1 : 2;
  const pairOf = (index: number): Pair => ({
    alone: outcomes[index * each]!,
    crowd: oneAtATime ? undefined : outcomes[index * each + 1]!,
  });
  return {
    baseline: pairOf(0),
    measured: subjects.map(({ name }, index) => ({
      scenario: scenario.name,
      subject: name,
      ...pairOf(index + 1),
    })),
  };
};

const alone = (contestant: Contestant): Contestant => ({ ...contestant, clients: 1 });

/** Every word on its own, of the owner with the most jobs. */
const measureWords = async ({ program, database, rounds }: Ground): Promise<WordFigures[]> => {
  const headers = program.headers(database.owners.big);
  const get = (words: string, more = ''): Buffer => requestBytes('GET', searchPath(words) + more, headers);
  const outcomes = await runContest(
    Object.values(WORDS).map((words) => alone(overHttp(words, program, inTurn([get(words)])))),
    rounds,
  );
  const figures: WordFigures[] = [];
  for (const [what, words] of Object.entries(WORDS)) {
    const { body } = await sendOnce(program.port, get(words, '&limit=1&count=exact'));
    const answer = JSON.parse(body.toString()) as { pagination?: { totalItems: number } };
    figures.push({
      what,
      words,
      matches: answer.pagination?.totalItems ?? Number.NaN,
      alone: outcomes[figures.length]!,
    });
  }
  return figures;
};
