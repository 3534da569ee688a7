import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema } from '../../src/schema';
import { repositoryRoot } from '../support/repository-files';
import { createEmptyDatabase, withAdmin, type TestDatabase } from '../support/test-database';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  folder = mkdtempSync(join(tmpdir(), 'jobtrail-migrations-'));
});

afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const npm = (command: string, ...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: database.url, DATABASE_DIRECT_URL: '', NODE_OPTIONS: '' };
    execFile(
      'npm',
      ['run', '--silent', command, '--', ...args],
      { cwd: repositoryRoot, env },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
    );
  });

const tables = (): Promise<string[]> =>
  withAdmin(database.url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    return rows.map(({ name }) => name);
  });

/** In this order, on one database: as a developer would use them. */
describe("The developer's commands", () => {
  it('npm run migration:run brings an empty database to the schema', async () => {
    const { code, output } = await npm('migration:run');
    expect([code, output]).toEqual([0, expect.stringContaining('executed successfully')]);
    expect(await tables()).toEqual(expect.arrayContaining(['users', 'jobs', 'job_status_events']));
  });

  it('npm run migration:generate then finds nothing to write', async () => {
    const { code, output } = await npm('migration:generate', join(folder, 'Unexpected'));
    expect([code, output]).toEqual([1, expect.stringContaining('No changes in database schema were found')]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('npm run migration:revert takes the latest migration back', async () => {
    const { code, output } = await npm('migration:revert');
    const latest = schema.migrations.at(-1)?.name;
    expect([code, output]).toEqual([0, expect.stringContaining(`${latest} has been reverted successfully`)]);
  });

  it('npm run migrate puts it back and names it, and says when there is nothing to do', async () => {
    const latest = schema.migrations.at(-1)?.name;
    const { code, output } = await npm('migrate');
    expect([code, output]).toEqual([0, expect.stringContaining(`Migrated: ${latest}`)]);
    expect(await npm('migrate')).toEqual({
      code: 0,
      output: expect.stringContaining('The database is up to date.') as string,
    });
  });

  it('npm run migrate says what keeps it from migrating: no database, or one that is away', async () => {
    const url = database.url;
    const said: string[] = [];
    try {
      for (const [wrong, why] of [
        ['', 'DATABASE_URL'],
        ['postgres://nobody:nothing@127.0.0.1:1/none', 'cannot be used'],
      ] as const) {
        database.url = wrong;
        const { code, output } = await npm('migrate');
        expect([code, output]).toEqual([1, expect.stringContaining(why)]);
        said.push(output);
      }
    } finally {
      database.url = url;
    }
    expect(said.join()).not.toContain('nothing');
  });

  it('need a database that is named, and say which variable does that', async () => {
    const url = database.url;
    database.url = '';
    try {
      const { code, output } = await npm('migration:run');
      expect([code, output]).toEqual([1, expect.stringContaining('needs DATABASE_URL')]);
    } finally {
      database.url = url;
    }
  });
});
