import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { currentTestRun, templateName, withDatabase } from './test-run';
import type { TestRun } from './test-run';

/** A database of its own for one test file, with all migrations run. */
export interface TestDatabase {
  url: string;
  /** Removes it, cutting connections that are still open. Safe to call twice. */
  drop(): Promise<void>;
}

/** Serialises the copies: while one runs, Postgres refuses another session on the template (SQLSTATE 55006). */
const CLONE_LOCK = 860_417_233;

/**
 * Makes a fresh database by copying the migrated template; takes some tens of milliseconds.
 * What a test file forgets to drop goes when the run ends.
 */
export const createTestDatabase = (): Promise<TestDatabase> => {
  const run = currentTestRun();
  return createFrom(run, templateName(run));
};

/**
 * Makes a database without any table, for tests of the migrations themselves.
 * @param locale a locale of the C library for it, such as `C`; the server's own, when left out
 */
export const createEmptyDatabase = ({ locale }: { locale?: 'C' } = {}): Promise<TestDatabase> =>
  createFrom(
    currentTestRun(),
    'template0',
    locale === undefined ? '' : `LOCALE_PROVIDER libc LOCALE '${locale}'`,
  );

const createFrom = async (run: TestRun, template: string, options = ''): Promise<TestDatabase> => {
  const name = `${run.prefix}_${randomBytes(6).toString('hex')}`;
  await withAdmin(run.adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [CLONE_LOCK]);
    await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}" ${options}`);
  });
  const drop = async (): Promise<void> => {
    await withAdmin(run.adminUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
  };
  return { url: withDatabase(run.adminUrl, name), drop };
};

/** Runs `work` on a connection of its own to the maintenance database; ending it gives every lock back. */
export const withAdmin = async <T>(adminUrl: string, work: (admin: Client) => Promise<T>): Promise<T> => {
  const admin = new Client({ connectionString: adminUrl, application_name: 'jobtrail tests' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
};
