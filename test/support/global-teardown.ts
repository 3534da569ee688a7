// Brings the type of `globalThis.jobtrailTestRun`.
import type {} from './global-setup';

/** Undoes what the global setup did. */
export default async function globalTeardown(): Promise<void> {
  const started = globalThis.jobtrailTestRun;
  if (started === undefined) return;
  globalThis.jobtrailTestRun = undefined;
  const { endTestRun } = await import('./start-test-run');
  await endTestRun(started);
}
