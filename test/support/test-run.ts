import { randomBytes } from 'node:crypto';

/**
 * What one run of the tests knows about its database server. Written by the global setup, read by the test files,
 * which run in other processes: so it travels in environment variables.
 */
export interface TestRun {
  /** Connection to the maintenance database, with the right to create databases. */
  adminUrl: string;
  /** Every database of this run begins with it, so that runs sharing one server do not meet. */
  prefix: string;
}

const ADMIN_URL = 'JOBTRAIL_TEST_ADMIN_URL';
const PREFIX = 'JOBTRAIL_TEST_PREFIX';

/** Starts a run on the given server and makes it known to the test processes. */
export const announceTestRun = (adminUrl: string): TestRun => {
  const prefix = `jobtrail_test_${randomBytes(4).toString('hex')}`;
  process.env[ADMIN_URL] = adminUrl;
  process.env[PREFIX] = prefix;
  return { adminUrl, prefix };
};

/** The run this process belongs to. @throws where the global setup did not start a server */
export const currentTestRun = (): TestRun => {
  const adminUrl = process.env[ADMIN_URL];
  const prefix = process.env[PREFIX];
  if (adminUrl === undefined || prefix === undefined) {
    throw new Error('No test database: this run was started with TEST_DATABASE=none.');
  }
  return { adminUrl, prefix };
};

/** Name of the migrated, empty database that each test database is a copy of. */
export const templateName = ({ prefix }: TestRun): string => `${prefix}_template`;

/** The same server and credentials, another database. */
export const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};
