import { runCommand } from './run-command.mjs';

const TIMEOUT_MS = 180_000;

/** Slowest first, so that two at a time finish soonest. */
const checks = [
  { name: 'lint', script: 'lint' },
  { name: 'types', script: 'typecheck' },
  { name: 'boundaries', script: 'boundaries' },
  { name: 'format', script: 'format:check' },
  { name: 'build', script: 'build' },
];

/**
 * Runs the checks that need no database, two at a time. Each counts as one passed or failed.
 *
 * @param {(result: CheckResult) => void} report called as each one ends
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, durationMs: number, output: string }}
 *   CheckResult
 */
export async function runStaticChecks(report) {
  const queue = [...checks];
  const lane = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const command = ['npm', 'run', '--silent', check.script];
      const { ok, output, durationMs } = await runCommand(command, { timeoutMs: TIMEOUT_MS });
      report({ name: check.name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, durationMs, output });
    }
  };
  await Promise.all([lane(), lane()]);
}
