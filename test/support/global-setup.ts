import type { StartedTestRun } from './start-test-run';

declare global {
  // Jest runs setup and teardown in its parent process, where they share the global object.
  var jobtrailTestRun: StartedTestRun | undefined;
}

/**
 * One real Postgres for the whole run: the server of `DATABASE_URL` if that is set (its user must be allowed to create
 * databases), else an embedded one. `TEST_DATABASE=none` leaves it out, for tests that need no database.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_DATABASE === 'none') return;
  const givenUrl = process.env.DATABASE_URL;
  // No test may reach the given database itself, only those made for this run.
  delete process.env.DATABASE_URL;
  exitOnSignals();
  const { startTestRun } = await import('./start-test-run');
  globalThis.jobtrailTestRun = await startTestRun(givenUrl);
}

/** Makes an interrupted run take its server along: without a listener the `exit` event is never emitted. */
const exitOnSignals = (): void => {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
};
