import { join, resolve } from 'node:path';
import { ROOT } from '../bench/processes';
import { type RunRecord } from '../report/run-record';
import { runArtillery } from './artillery';
import { circumstances } from './circumstances';
import { type LoadOptions } from './options';
import { otherFigures } from './other-figures';
import { type Profiling } from './profile/profiling';
import { METRICS_TOKEN, type Product } from './product';
import { ARTILLERY, judged, readMeasured, writeFacts, writeSamples, type RunFacts } from './record';
import { Sampler } from './sampler';
import { undecisive, writeScript, type Scenario } from './scenario';
import { smallCircumstances } from './small/circumstances';
import { findOut } from './small/find';
import { inForce } from './small/in-force';
import { writeUsers } from './users';

/** Runs the scenario against the product, and keeps what it takes to judge it again. @returns all that the report is made of */
export const run = async (
  product: Product,
  scenario: Scenario,
  options: LoadOptions,
  profiling: Profiling | undefined,
): Promise<RunRecord> => {
  const { database, program, machine, notes } = product;
  const url = `http://127.0.0.1:${program.port}`;
  const folder = resolve(ROOT, options.out);
  const usersFile = join(folder, 'users.csv');
  const users = await writeUsers(database.client, program, usersFile);
  const script = writeScript(scenario, folder, url, usersFile);
  const { pid: postgresPid } = database.postgres;
  const sampler = new Sampler(url, METRICS_TOKEN, otherFigures(postgresPid, machine));
  await sampler.start();
  await profiling?.begin(database.client);
  const output = join(folder, ARTILLERY);
  const ended = await runArtillery(script, output, undecisive(scenario)).finally(() => sampler.stop());
  await profiling?.end(database.client);
  const small = machine && { machine, found: findOut(machine, [program.pid, postgresPid]) };
  writeSamples(folder, sampler.samples);
  const facts: RunFacts = {
    scenario: options.scenario,
    description: scenario.description,
    command: `npm run load -- ${process.argv.slice(2).join(' ')}`,
    circumstances: [
      ...(await circumstances(database, options, users)),
      ...notes,
      ...(profiling === undefined ? [] : ['profiled, which takes time of its own']),
      ...(small ? smallCircumstances(small.machine, small.found) : []),
    ],
    quick: options.quick,
    thresholds: scenario.script.config.product.thresholds ?? {},
    checked: ended.verdicts,
    seen: [
      ...(small ? inForce(small.found, sampler.samples) : []),
      // Of what Artillery minds beside the thresholds, such as an answer that is not as expected.
      { what: 'Artillery ends with 0', held: ended.exitCode === 0, binding: true, measured: ended.exitCode },
    ],
  };
  writeFacts(folder, facts);
  return judged(facts, readMeasured(folder));
};
