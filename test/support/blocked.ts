import type { TestApp } from './test-app';

/** Longest wait for what must come; a machine under load is slow. Milliseconds. */
const DEADLINE = 20_000;

/** Waits until `count` connections of the application wait for a lock. @throws at the deadline */
export const untilBlocked = async (app: Pick<TestApp, 'query'>, count = 1): Promise<void> => {
  const deadline = Date.now() + DEADLINE;
  for (;;) {
    const [row] = await app.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'jobtrail' AND wait_event_type = 'Lock'`,
    );
    if ((row?.waiting ?? 0) >= count) return;
    if (Date.now() > deadline)
      throw new Error(`Only ${row?.waiting ?? 0} of ${count} connections wait for a lock`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
