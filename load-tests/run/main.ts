import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { runCommand } from '../bench/command';
import { ROOT } from '../bench/processes';
import { buildProgram } from '../bench/program';
import { hasPassed, reportPage } from '../report/page';
import { plotFiles } from '../report/plot-files';
import { type RunRecord } from '../report/run-record';
import { prepareScenario } from './adapted';
import { judgeAgain } from './again';
import { installArtillery } from './artillery';
import { parseOptions, USAGE, type LoadOptions } from './options';
import { withProduct } from './product';
import { run } from './run';
import { readScenario, scenarioNames } from './scenario';

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

/** Tells what came of a run. */
const tell = ({ circumstances, verdicts }: RunRecord): void => {
  for (const text of circumstances) console.log(text);
  for (const { what, held, binding, measured } of verdicts) {
    const figure = measured === undefined ? '' : ` (${measured.toFixed(1)})`;
    console.log(`${held ? 'held  ' : 'MISSED'} ${what}${figure}${binding ? '' : ', decides nothing'}`);
  }
};

const runAnew = async (options: LoadOptions): Promise<RunRecord> => {
  const scenario = prepareScenario(readScenario(options.scenario), options, options.quick);
  mkdirSync(resolve(ROOT, options.out), { recursive: true });
  installArtillery();
  buildProgram(options);
  return withProduct(scenario, options, (product) => run(product, scenario, options));
};

const main = async (): Promise<void> => {
  const options = parseOptions(process.argv.slice(2));
  const record = options.again ? judgeAgain(resolve(ROOT, options.out), options) : await runAnew(options);
  const file = writeReport(record, options);
  tell(record);
  console.log(`Report: ${relative(process.cwd(), file)}`);
  if (!hasPassed(record.verdicts)) process.exitCode = 1;
};

runCommand(main, `${USAGE}\nScenarios: ${scenarioNames().join(', ')}`);
