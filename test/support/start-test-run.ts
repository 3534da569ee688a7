import 'reflect-metadata';
import { migrateDatabase } from '../../src/schema';
import { withAdmin } from './test-database';
import { announceTestRun, templateName, withDatabase } from './test-run';
import type { TestRun } from './test-run';
import { startTestServer } from './test-server';
import type { TestServer } from './test-server';

/** What the teardown needs to undo. */
export interface StartedTestRun {
  run: TestRun;
  /** Absent where the server was given: then it is not ours to stop. */
  server: TestServer | undefined;
}

/**
 * Finds or starts the Postgres of this run and makes the migrated template that test databases are copied from.
 * @param givenUrl a server whose user may create databases; an embedded one is started without it
 */
export const startTestRun = async (givenUrl: string | undefined): Promise<StartedTestRun> => {
  const server = givenUrl === undefined ? await startTestServer() : undefined;
  const run = announceTestRun(givenUrl ?? server?.url ?? '');
  try {
    const template = templateName(run);
    await withAdmin(run.adminUrl, (admin) => admin.query(`CREATE DATABASE "${template}" TEMPLATE template0`));
    await migrateDatabase(withDatabase(run.adminUrl, template));
    return { run, server };
  } catch (error) {
    await endTestRun({ run, server });
    throw error;
  }
};

/** Stops the embedded server, or removes from a given one everything that this run created. */
export const endTestRun = async ({ run, server }: StartedTestRun): Promise<void> => {
  if (server === undefined) await dropDatabases(run);
  else await server.stop();
};

const dropDatabases = ({ adminUrl, prefix }: TestRun): Promise<void> =>
  withAdmin(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows) await admin.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
  });
