import { DataSource } from 'typeorm';
import { AppConfig, databaseConfig, parseEnvironment } from '../../src/config';
import { Database, dataSourceOptions } from '../../src/platform/database';
import { migrateDatabase, schema } from '../../src/schema';
import { prepareSchema } from '../../src/start/prepare-schema';
import { startTestApp, TEST_SECRET_KEY } from '../support/test-app';
import {
  createEmptyDatabase,
  createTestDatabase,
  withAdmin,
  type TestDatabase,
} from '../support/test-database';

/** TypeORM's own books; it names what is in them. */
const TYPEORM_TABLES = ['migrations', 'typeorm_metadata'];

/** Foreign keys without an index of their own, and why they need none. */
const UNINDEXED_FOREIGN_KEYS = {
  // Workflows and their statuses are never deleted, and the index would be written with every job.
  fk_jobs_workflow: true,
  // A few hundred rows in all.
  fk_workflow_transitions_to: true,
};

const open: TestDatabase[] = [];
const database = async (make: () => Promise<TestDatabase>): Promise<string> => {
  const made = await make();
  open.push(made);
  return made.url;
};
afterAll(async () => {
  for (const made of open) await made.drop();
});

const optionsFor = (url: string) => dataSourceOptions(databaseConfig(parseEnvironment({}), url), schema);

const connected = async <T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> => {
  const dataSource = await new DataSource(optionsFor(url)).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
};

/** One column of the rows of a query. */
const column = (url: string, sql: string, values: unknown[] = []): Promise<string[]> =>
  withAdmin(url, async (client) =>
    (await client.query<{ value: string }>(sql, values)).rows.map(({ value }) => value),
  );

/** Everything that migrations can make: relations, functions, triggers and types, without those of extensions. */
const EVERYTHING = `
  SELECT format('%s %s', kind, name) AS value FROM (
    SELECT 'relation' AS kind, oid, relname AS name, 'pg_class'::regclass AS class FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'function', oid, proname, 'pg_proc'::regclass FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'type', oid, typname, 'pg_type'::regclass FROM pg_type WHERE typnamespace = 'public'::regnamespace
  ) everything
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = everything.oid AND d.deptype = 'e')
    AND name !~ '^_?(migrations|typeorm_metadata)|^PK_'
  ORDER BY 1`;

describe('Entities and migrations', () => {
  it('agree: generating a migration would give nothing, in either direction', async () => {
    // Not a copy: TypeORM's books name the database in which the migrations ran.
    const url = await database(createEmptyDatabase);
    await migrateDatabase(url);
    const { upQueries, downQueries } = await connected(url, (dataSource) =>
      dataSource.driver.createSchemaBuilder().log(),
    );
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    expect(downQueries.map(({ query }) => query)).toEqual([]);
  });

  it('can be reverted, all of them, to an empty schema, and run again to the same one', async () => {
    const url = await database(createTestDatabase);
    const full = await column(url, EVERYTHING);
    expect(full.length).toBeGreaterThan(20);
    const reverted = await connected(url, async (dataSource) => {
      for (const _migration of schema.migrations) await dataSource.undoLastMigration();
      return column(url, EVERYTHING);
    });
    expect(reverted).toEqual([]);
    expect(await migrateDatabase(url)).toHaveLength(schema.migrations.length);
    expect(await column(url, EVERYTHING)).toEqual(full);
  });
});

describe('Names in the database', () => {
  let url: string;
  beforeAll(async () => {
    url = await database(createTestDatabase);
  });

  it('of constraints tell their kind and their table', async () => {
    const misnamed = await column(
      url,
      `SELECT format('%s on %s', conname, relname) AS value
       FROM pg_constraint JOIN pg_class t ON t.oid = conrelid
       WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND relname <> ALL ($1)
         AND NOT starts_with(conname,
           CASE contype WHEN 'p' THEN 'pk_' WHEN 'f' THEN 'fk_' WHEN 'u' THEN 'uq_' WHEN 'c' THEN 'ck_' ELSE '?' END
           || relname)`,
      [TYPEORM_TABLES],
    );
    expect(misnamed).toEqual([]);
  });

  it('of indexes tell whether they are unique, and their table', async () => {
    const misnamed = await column(
      url,
      `SELECT format('%s on %s', i.relname, t.relname) AS value
       FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
       WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> ALL ($1)
         AND NOT starts_with(i.relname,
           CASE WHEN indisprimary THEN 'pk_' WHEN indisunique THEN 'uq_' ELSE 'ix_' END || t.relname)`,
      [TYPEORM_TABLES],
    );
    expect(misnamed).toEqual([]);
  });

  it('of triggers begin with tr_ and their table', async () => {
    const triggers = await column(
      url,
      `SELECT format('%s on %s', tgname, relname) AS value FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
       WHERE NOT tgisinternal`,
    );
    expect(triggers.length).toBeGreaterThan(0);
    expect(triggers.filter((name) => !/^tr_(\w+?)_\w+ on \1$/.test(name))).toEqual([]);
  });
});

describe('Foreign keys', () => {
  it('are supported by an index, or are written down as needing none', async () => {
    const unsupported = await column(
      await database(createTestDatabase),
      `SELECT conname AS value FROM pg_constraint
       WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
         SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL
           AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey)
       ORDER BY 1`,
    );
    expect(unsupported).toEqual(Object.keys(UNINDEXED_FOREIGN_KEYS).sort());
  });
});

describe("The program's connections", () => {
  it('say who they are, read committed data and end long statements', async () => {
    const app = await startTestApp({ DB_STATEMENT_TIMEOUT: '12345', DB_MAX_CONNECTIONS: '3' });
    try {
      const settings = `
        SELECT current_setting('application_name') AS name,
          current_setting('transaction_isolation') AS isolation,
          current_setting('statement_timeout') AS timeout,
          current_setting('idle_in_transaction_session_timeout') AS idle`;
      const expected = { name: 'jobtrail', isolation: 'read committed', timeout: '12345ms', idle: '1min' };
      const { pool, manager } = app.app.get(Database);
      expect((await pool.query(settings)).rows).toEqual([expected]);
      expect(await manager.query(settings)).toEqual([expected]);
      expect(pool.options.max).toBe(3);
      expect(pool.options.maxLifetimeSeconds).toBe(3600);
    } finally {
      await app.close();
    }
  });

  it('read committed data on a server that is configured otherwise, too', async () => {
    const url = await database(createTestDatabase);
    const name = new URL(url).pathname.slice(1);
    await withAdmin(url, (client) =>
      client.query(`ALTER DATABASE "${name}" SET default_transaction_isolation = 'serializable'`),
    );
    const rows = await connected(url, (dataSource) =>
      dataSource.query<unknown[]>('SHOW transaction_isolation'),
    );
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }]);
  });
});

describe('Migrations at start', () => {
  const configOf = (url: string, overrides: NodeJS.ProcessEnv): AppConfig =>
    new AppConfig(parseEnvironment(overrides), { databaseUrl: url, secretKey: TEST_SECRET_KEY });
  const silent = (): void => undefined;

  it('run exactly once when many instances start at the same time on an empty database', async () => {
    const url = await database(createEmptyDatabase);
    const runs = await Promise.all(Array.from({ length: 5 }, () => migrateDatabase(url)));
    const lengths = runs.map((names) => names.length).sort((a, b) => a - b);
    expect(lengths).toEqual([0, 0, 0, 0, schema.migrations.length]);
    const recorded = await column(url, 'SELECT name AS value FROM migrations ORDER BY id');
    expect(recorded).toEqual(schema.migrations.map(({ name }) => name));
  });

  it('are refused with MIGRATE_ON_START=false: the program does not start while any is pending', async () => {
    const url = await database(createEmptyDatabase);
    const refused = prepareSchema(configOf(url, { MIGRATE_ON_START: 'false' }), silent);
    await expect(refused).rejects.toThrow('npm run migrate');
    expect(await column(url, EVERYTHING)).toEqual([]);
  });

  it('are not missed with MIGRATE_ON_START=false where none is pending', async () => {
    const url = await database(createTestDatabase);
    await expect(
      prepareSchema(configOf(url, { MIGRATE_ON_START: 'false' }), silent),
    ).resolves.toBeUndefined();
  });
});
