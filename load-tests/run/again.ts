import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type RunRecord } from '../report/run-record';
import { factsOfEarlier } from './earlier';
import { type LoadOptions } from './options';
import { judged, readFacts, readJson, readMeasured } from './record';
import { quickened, readScenario, SCRIPT, type Scenario, type Script } from './scenario';

/** The scenario as it was run, where the folder still has it. */
const scenarioOf = (folder: string, name: string, quick: boolean): Scenario => {
  const now = readScenario(name);
  const script = readJson<Script>(folder, SCRIPT) ?? (quick ? quickened(now.script) : now.script);
  return { ...now, script };
};

/**
 * Judges a run that is over, by the rules of now and the thresholds of then. A report that tells more than can be known
 * again, of a run without `record.json`, is kept as `report-before.html`.
 * @throws Error where there is none, or it is one of another scenario
 */
export const judgeAgain = (
  folder: string,
  { scenario, quick }: Pick<LoadOptions, 'scenario' | 'quick'>,
): RunRecord => {
  const measured = readMeasured(folder);
  const facts = readFacts(folder);
  if (facts !== undefined) {
    if (facts.scenario !== scenario) throw new Error(`In ${folder} is a run of ${facts.scenario}`);
    return judged(facts, measured);
  }
  const [report, before] = [join(folder, 'report.html'), join(folder, 'report-before.html')];
  if (existsSync(report) && !existsSync(before)) renameSync(report, before);
  return judged(factsOfEarlier(scenarioOf(folder, scenario, quick), scenario, quick, measured), measured);
};
