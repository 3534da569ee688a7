import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { runCommand } from '../bench/command';
import { ROOT } from '../bench/processes';
import { buildProgram } from '../bench/program';
import { hasPassed, reportPage } from '../report/page';
import { plotFiles } from '../report/plot-files';
import { profileText } from '../report/profile-tables';
import { type RunRecord } from '../report/run-record';
import { prepareScenario } from './adapted';
import { judgeAgain } from './again';
import { installArtillery } from './artillery';
import { parseOptions, USAGE, type LoadOptions } from './options';
import { PROFILE, Profiling, type RunProfile } from './profile/profiling';
import { withProduct } from './product';
import { run } from './run';
import { readScenario, scenarioNames, type Scenario } from './scenario';

/** What the command line asks for. */
interface LoadRun {
  options: LoadOptions;
  /** As it is to run. */
  scenario: Scenario;
}

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
const tell = ({ circumstances, verdicts, profile }: RunRecord): void => {
  for (const text of circumstances) console.log(text);
  if (profile !== undefined) console.log(profileText(profile));
  for (const { what, held, binding, measured } of verdicts) {
    const figure = measured === undefined ? '' : ` (${measured.toFixed(1)})`;
    console.log(`${held ? 'held  ' : 'MISSED'} ${what}${figure}${binding ? '' : ', decides nothing'}`);
  }
};

/** A run without its profile is a run: it has its report, and fails by its thresholds alone. */
const found = (profiling: Profiling | undefined): RunProfile | undefined => {
  try {
    return profiling?.finish();
  } catch (error) {
    console.error(error);
    return undefined;
  }
};

const runAnew = async (options: LoadOptions, scenario: Scenario): Promise<RunRecord> => {
  mkdirSync(resolve(ROOT, options.out), { recursive: true });
  installArtillery();
  buildProgram(options);
  rmSync(join(resolve(ROOT, options.out), PROFILE), { force: true });
  const profiling = options.profile ? new Profiling(options) : undefined;
  const record = await withProduct(scenario, options, profiling, (product) =>
    run(product, scenario, options, profiling),
  );
  return { ...record, profile: found(profiling) };
};

const main = async ({ options, scenario }: LoadRun): Promise<void> => {
  const record = options.again
    ? judgeAgain(resolve(ROOT, options.out), options)
    : await runAnew(options, scenario);
  const file = writeReport(record, options);
  tell(record);
  console.log(`Report: ${relative(process.cwd(), file)}`);
  if (!hasPassed(record.verdicts)) process.exitCode = 1;
};

runCommand({
  usage: `${USAGE}\nScenarios: ${scenarioNames().join(', ')}`,
  parse: (args) => {
    const options = parseOptions(args);
    return { options, scenario: prepareScenario(readScenario(options.scenario), options, options.quick) };
  },
  main,
});
