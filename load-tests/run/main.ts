import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { runCommand } from '../bench/command';
import { ROOT } from '../bench/processes';
import { buildProgram } from '../bench/program';
import { type ArtilleryReport } from '../report/artillery-report';
import { hasPassed, reportPage } from '../report/page';
import { plotFiles } from '../report/plot-files';
import { type RunRecord } from '../report/run-record';
import { adapted } from './adapted';
import { installArtillery, runArtillery } from './artillery';
import { circumstances } from './circumstances';
import { parseOptions, USAGE, type LoadOptions } from './options';
import { otherFigures } from './other-figures';
import { METRICS_TOKEN, withProduct, type Product } from './product';
import { Sampler } from './sampler';
import { quickened, readScenario, scenarioNames, undecisive, writeScript, type Scenario } from './scenario';
import { smallCircumstances } from './small/circumstances';
import { findOut } from './small/find';
import { inForce } from './small/in-force';
import { writeUsers } from './users';
import { productVerdicts, withMeasured } from './verdicts';

/** Runs the scenario against the product. @returns all that the report is made of */
const run = async (
  { database, program, machine }: Product,
  scenario: Scenario,
  options: LoadOptions,
): Promise<RunRecord> => {
  const { product } = scenario.script.config;
  const url = `http://127.0.0.1:${program.port}`;
  const folder = resolve(ROOT, options.out);
  const usersFile = join(folder, 'users.csv');
  const users = await writeUsers(database.client, program, usersFile);
  const script = writeScript(scenario, folder, url, usersFile);
  const output = join(folder, 'artillery.json');
  const { pid: postgresPid } = database.postgres;
  const sampler = new Sampler(url, METRICS_TOKEN, otherFigures(postgresPid, machine));
  await sampler.start();
  const ended = await runArtillery(script, output, undecisive(scenario)).finally(() => sampler.stop());
  const small = machine && { machine, found: findOut(machine, [program.pid, postgresPid]) };
  const artillery = JSON.parse(readFileSync(output, 'utf8')) as ArtilleryReport;
  const { samples } = sampler;
  writeFileSync(join(folder, 'samples.json'), JSON.stringify(samples));
  return {
    scenario: options.scenario,
    description: scenario.description,
    command: `npm run load -- ${process.argv.slice(2).join(' ')}`,
    circumstances: [
      ...(await circumstances(database, options, users)),
      ...(small ? smallCircumstances(small.machine.means, small.found, small.machine.figures()) : []),
    ],
    artillery,
    samples,
    verdicts: [
      ...withMeasured(artillery, ended.verdicts),
      ...productVerdicts(product.thresholds ?? {}, samples, !options.quick),
      ...(small ? inForce(small.found, samples) : []),
      // Of what Artillery minds beside the thresholds, such as an answer that is not as expected.
      { what: 'Artillery ends with 0', held: ended.exitCode === 0, binding: true, measured: ended.exitCode },
    ],
  };
};

/** Writes the report, and the plots where they are asked for. @returns its file */
const writeReport = (record: RunRecord, { out, plots }: LoadOptions): string => {
  const file = join(resolve(ROOT, out), 'report.html');
  writeFileSync(file, reportPage(record));
  if (plots !== undefined) {
    mkdirSync(resolve(ROOT, plots), { recursive: true });
    for (const [name, svg] of plotFiles(record)) writeFileSync(join(resolve(ROOT, plots), name), svg);
  }
  return file;
};

const main = async (): Promise<void> => {
  const options = parseOptions(process.argv.slice(2));
  const read = readScenario(options.scenario);
  const whole = { ...read, script: adapted(read.script, options) };
  const scenario = options.quick ? { ...whole, script: quickened(whole.script) } : whole;
  mkdirSync(resolve(ROOT, options.out), { recursive: true });
  installArtillery();
  buildProgram(options);
  const record = await withProduct(scenario, options, (product) => run(product, scenario, options));
  const file = writeReport(record, options);
  for (const text of record.circumstances) console.log(text);
  for (const { what, held, binding, measured } of record.verdicts) {
    const figure = measured === undefined ? '' : ` (${measured.toFixed(1)})`;
    console.log(`${held ? 'held  ' : 'MISSED'} ${what}${figure}${binding ? '' : ', decides nothing'}`);
  }
  console.log(`Report: ${relative(process.cwd(), file)}`);
  if (!hasPassed(record.verdicts)) process.exitCode = 1;
};

runCommand(main, `${USAGE}\nScenarios: ${scenarioNames().join(', ')}`);
