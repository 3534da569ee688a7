import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { runCommand } from './run-command.mjs';

/** Ends a run that hangs: on a busy machine all of it can take five times as long as on an idle one, but no test file so long alone. */
const SILENCE_MS = 10 * 60_000;
const TIMEOUT_MS = 60 * 60_000;

/**
 * Runs all tests in one Jest run (one database server for all), and reports each folder of `test/` by itself.
 *
 * Nothing that goes wrong can count as zero failures: a suite that does not load is one failure, and so is a run that
 * crashes, hangs, finds no tests or ends with an error that no test explains.
 *
 * @param {(result: import('./static-checks.mjs').CheckResult) => void} report called once for each folder
 * @param {(text: string) => void} onText sees Jest's output as it comes
 */
export async function runJest(report, onText) {
  const folder = mkdtempSync(join(tmpdir(), 'jobtrail-checks-'));
  const resultFile = join(folder, 'jest.json');
  try {
    const command = ['node', 'node_modules/jest/bin/jest.js', '--json', `--outputFile=${resultFile}`];
    const run = await runCommand(command, { timeoutMs: TIMEOUT_MS, silenceMs: SILENCE_MS, onText });
    const results = readResults(resultFile);
    const groups = results ? groupByFolder(results.testResults) : [];
    for (const group of groups) report(group);

    const complaint = unexplained(run, results, groups);
    if (complaint) {
      const output = `${complaint}\n${run.output}`;
      report({ name: 'test run', passed: 0, failed: 1, skipped: 0, durationMs: run.durationMs, output });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Says what is wrong with a run whose failure the single tests do not account for. */
function unexplained(run, results, groups) {
  if (!results) return `Jest left no results (exit code ${run.code}).`;
  if (results.numTotalTests === 0) return 'Jest found no tests.';
  if (!run.ok && groups.every((group) => group.failed === 0)) return `Jest ended with exit code ${run.code}.`;
  return undefined;
}

/** @returns {import('./static-checks.mjs').CheckResult[]} one for each folder of `test/`, by name */
export function groupByFolder(suites) {
  const groups = new Map();
  for (const suite of suites) {
    const [, name = 'test'] = relative(process.cwd(), suite.name).split(sep);
    const group = groups.get(name) ?? { name, passed: 0, failed: 0, skipped: 0, durationMs: 0, output: '' };
    groups.set(name, group);
    addSuite(group, suite);
  }
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function addSuite(group, suite) {
  group.durationMs += Math.max(0, suite.endTime - suite.startTime);
  for (const { status } of suite.assertionResults) {
    if (status === 'passed') group.passed += 1;
    else if (status === 'failed') group.failed += 1;
    else group.skipped += 1;
  }
  const explained = suite.assertionResults.some(({ status }) => status === 'failed');
  // A suite that fails without a failed test did not load, or broke outside its tests.
  if (suite.status === 'failed' && !explained) group.failed += 1;
  if (suite.status === 'failed') group.output += `${relative(process.cwd(), suite.name)}\n${suite.message}\n`;
}
