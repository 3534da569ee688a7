import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { startRedis } from '../../test/support/redis-server';
import { openDatabase, type BenchDatabase } from '../bench/bench-database';
import { runCommand } from '../bench/command';
import { ROOT } from '../bench/processes';
import { buildProgram, startProgram } from '../bench/program';
import { type ArtilleryReport } from '../report/artillery-report';
import { hasPassed, reportPage } from '../report/page';
import { type RunRecord } from '../report/run-record';
import { installArtillery, runArtillery } from './artillery';
import { parseOptions, USAGE, type LoadOptions } from './options';
import { Sampler } from './sampler';
import { quickened, readScenario, scenarioNames, undecisive, writeScript, type Scenario } from './scenario';
import { writeUsers } from './users';
import { productVerdicts, withMeasured } from './verdicts';

/** Of the program's `/metrics`, which in production are open to nobody without one. */
const METRICS_TOKEN = 'the-metrics-of-a-load-run-are-not-secret';

const circumstances = async ({ client }: BenchDatabase, options: LoadOptions, users: number) => {
  const { rows } = await client.query<{ jobs: string; version: string }>(
    `SELECT (SELECT count(*) FROM jobs) AS jobs, current_setting('server_version') AS version`,
  );
  const processors = cpus();
  return [
    new Date().toISOString(),
    `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), shared by program, Postgres and load`,
    `Node ${process.versions.node}, Postgres ${rows[0]!.version} (embedded)${options.redis ? ', Redis' : ''}`,
    `${rows[0]!.jobs} jobs; ${users} users; limits of requests counted and out of reach`,
    ...Object.entries(options.environment).map(([name, value]) => `${name}=${value}`),
  ];
};

/** Runs the scenario against the program on this database. @returns all that the report is made of */
const run = async (
  database: BenchDatabase,
  scenario: Scenario,
  options: LoadOptions,
  redisUrl: string | undefined,
): Promise<RunRecord> => {
  const { product } = scenario.script.config;
  const program = await startProgram(
    database.postgres.url,
    { cpuProfile: undefined },
    {
      METRICS_TOKEN,
      // As in production: a program that refuses requests under this load has failed.
      LOAD_SHEDDING_ENABLED: 'true',
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
      ...product.environment,
      ...options.environment,
    },
  );
  try {
    const url = `http://127.0.0.1:${program.port}`;
    const folder = resolve(ROOT, options.out);
    const usersFile = join(folder, 'users.csv');
    const users = await writeUsers(database.client, program, usersFile);
    const script = writeScript(scenario, folder, url, usersFile);
    const output = join(folder, 'artillery.json');
    const sampler = new Sampler(url, METRICS_TOKEN);
    await sampler.start();
    const ended = await runArtillery(script, output, undecisive(scenario)).finally(() => sampler.stop());
    const artillery = JSON.parse(readFileSync(output, 'utf8')) as ArtilleryReport;
    const { samples } = sampler;
    writeFileSync(join(folder, 'samples.json'), JSON.stringify(samples));
    const verdicts = [
      ...withMeasured(artillery, ended.verdicts),
      ...productVerdicts(product.thresholds ?? {}, samples, !options.quick),
      // Of what Artillery minds beside the thresholds, such as an answer that is not as expected.
      { what: 'Artillery ends with 0', held: ended.exitCode === 0, binding: true, measured: ended.exitCode },
    ];
    return {
      scenario: options.scenario,
      description: scenario.description,
      command: `npm run load -- ${process.argv.slice(2).join(' ')}`,
      circumstances: await circumstances(database, options, users),
      artillery,
      samples,
      verdicts,
    };
  } finally {
    await program.stop();
  }
};

const main = async (): Promise<void> => {
  const options = parseOptions(process.argv.slice(2));
  const read = readScenario(options.scenario);
  const scenario = options.quick ? { ...read, script: quickened(read.script) } : read;
  const folder = resolve(ROOT, options.out);
  mkdirSync(folder, { recursive: true });
  installArtillery();
  buildProgram(options);
  const database = await openDatabase({ ...options, postings: undefined });
  try {
    const redis = options.redis ? await startRedis() : undefined;
    try {
      const record = await run(database, scenario, options, redis?.url);
      const file = join(folder, 'report.html');
      writeFileSync(file, reportPage(record));
      for (const { what, held, binding, measured } of record.verdicts) {
        const figure = measured === undefined ? '' : ` (${measured.toFixed(1)})`;
        console.log(`${held ? 'held  ' : 'MISSED'} ${what}${figure}${binding ? '' : ', decides nothing'}`);
      }
      console.log(`Report: ${relative(process.cwd(), file)}`);
      if (!hasPassed(record.verdicts)) process.exitCode = 1;
    } finally {
      await redis?.stop();
    }
  } finally {
    await database.stop();
  }
};

runCommand(main, `${USAGE}\nScenarios: ${scenarioNames().join(', ')}`);
