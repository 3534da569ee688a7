import { openDatabase, type BenchDatabase } from '../bench/bench-database';
import { circumstances } from '../bench/circumstances';
import { runCommand } from '../bench/command';
import { inTurn, overHttp, runContest, type Contestant } from '../bench/contest';
import { residentBytes } from '../bench/cpu-time';
import { parseOptions, type BenchOptions } from '../bench/options';
import { buildProgram } from '../bench/program';
import { untilCaching } from '../bench/running-alone';
import { compileServers, installPeers } from './compile';
import { PEERS, REFERENCE } from './peers';
import { assertSameAnswers } from './same-answers';
import { startTimed, type Started } from './start-time';
import { peersTable, type PeerFigures } from './table';

const USAGE = `Usage: npm run peers -- [options]
  --quick            a small dataset and short rounds, to see that everything runs
  --rounds N         rounds, and starts of each (default 5)
  --seconds N        of load for each in each round (default 3)
  --only TEXT        only those whose name contains the text, beside the program without its cache
  --data-dir DIR     folder of the embedded Postgres, kept for the next time (default .data/bench, as the bench's)
  --no-build         measure dist/ as it is`;

/** All run at once, with a pool of 20 connections each; Postgres would let in 100 altogether. */
const SETTINGS = { max_connections: '300' };

const contestant = ({ peer, server, request }: Started, owners: readonly string[]): Contestant => {
  const next = inTurn(owners.map(request));
  const asked = overHttp(peer.name, server, next);
  return peer.cached === true ? { ...asked, prepare: () => untilCaching(server, next) } : asked;
};

/** Starts all of them, has them checked, then measured in turns. */
const measure = async (
  { postgres, owners: { ordinary } }: BenchDatabase,
  { rounds, seconds, only }: BenchOptions,
): Promise<PeerFigures[]> => {
  const chosen = PEERS.filter((peer) => peer === REFERENCE || peer.name.toLowerCase().includes(only));
  const started: Started[] = [];
  try {
    for (const peer of chosen) started.push(await startTimed(peer, postgres.url, ordinary[0]!, rounds));
    const reference = started.find(({ peer }) => peer === REFERENCE)!;
    await assertSameAnswers([reference, ...started.filter((one) => one !== reference)], ordinary);
    const outcomes = await runContest(
      started.map((one) => contestant(one, ordinary)),
      { rounds, seconds, postgresPid: postgres.pid },
    );
    return started.map(({ server, startTime }, index) => ({
      outcome: outcomes[index]!,
      memory: residentBytes(server.pid),
      startTime,
    }));
  } finally {
    await Promise.all(started.map(({ server }) => server.stop()));
  }
};

const main = async (options: BenchOptions): Promise<void> => {
  installPeers();
  buildProgram(options);
  compileServers();
  const database = await openDatabase(options, SETTINGS);
  try {
    const figures = await measure(database, { ...options, only: options.only.toLowerCase() });
    console.log(await circumstances(database, options));
    console.log(
      `Each start is from spawning the process to its first page, the median of ${options.rounds}; memory is resident, ` +
        `after the run. \`max_connections\` is ${SETTINGS.max_connections}.\n`,
    );
    console.log(
      `### First page (20 rows, total exact) of ${database.owners.ordinary.length} owners in turn\n`,
    );
    console.log(peersTable(figures, REFERENCE.name));
  } finally {
    await database.stop();
  }
};

runCommand({ usage: USAGE, parse: parseOptions, main });
