import { runCommand } from './run-command.mjs';

/** The tests beside them slow them down. */
const TIMEOUT_MS = 15 * 60_000;

/** What a formatted text is depends on itself alone, so that one that has not changed need not be looked at again. */
const FORMAT_CACHE = [
  '--cache',
  '--cache-strategy=content',
  '--cache-location=node_modules/.cache/prettier/checks',
];

/** What is soonest read and mended first. */
const checks = [
  { name: 'build', script: 'build' },
  { name: 'boundaries', script: 'boundaries' },
  { name: 'format', script: 'format:check', options: FORMAT_CACHE },
  { name: 'types', script: 'typecheck' },
  { name: 'lint', script: 'lint' },
];

/**
 * Runs the checks that need no database, one after another: the tests run beside them, and often wait for the
 * database, its disk or a time limit, so that two processors have work for both. Each counts as one passed or failed.
 *
 * @param {(result: CheckResult) => void} report called as each one ends
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, durationMs: number, output: string }}
 *   CheckResult
 */
export async function runStaticChecks(report) {
  for (const { name, script, options = [] } of checks) {
    const command = ['npm', 'run', '--silent', script, '--', ...options];
    const { ok, output, durationMs } = await runCommand(command, { timeoutMs: TIMEOUT_MS });
    report({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, durationMs, output });
  }
}
