/**
 * Everything that has to hold before a change is merged: `npm test`.
 *
 * Prints one line for each check, the full output of those that fail, and ends with the plain line
 * `N passed, N failed` (`, N skipped` where some are). Exit code 0 only if nothing failed.
 */
import { fileURLToPath } from 'node:url';
import { runJest } from './checks/jest-run.mjs';
import { stopCommands } from './checks/run-command.mjs';
import { runStaticChecks } from './checks/static-checks.mjs';

const results = [];
let stopping = false;

function report(result) {
  if (stopping) return;
  results.push(result);
  const mark = result.failed === 0 ? 'ok  ' : 'FAIL';
  const counts = [
    `${result.passed} passed`,
    ...(result.failed ? [`${result.failed} failed`] : []),
    ...(result.skipped ? [`${result.skipped} skipped`] : []),
  ].join(', ');
  const seconds = (result.durationMs / 1000).toFixed(1).padStart(6);
  clearStatus();
  console.log(`${mark} ${result.name.padEnd(12)} ${seconds} s   ${counts}`);
  if (result.failed > 0) console.log(`${result.output.trim()}\n`);
}

/** On a terminal, one line that shows how many test files are done. */
let filesDone = 0;
function showProgress(text) {
  filesDone += text.match(/^(PASS|FAIL) /gm)?.length ?? 0;
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${filesDone} test files done`);
}

function clearStatus() {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void stopCommands(signal).then(() => process.exit(code));
  });
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await Promise.all([runStaticChecks(report), runJest(report, showProgress)]);

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const failed = sum('failed');
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
