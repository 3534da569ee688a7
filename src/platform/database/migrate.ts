import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { type DatabaseConfig } from '../../config';
import { dataSourceOptions, type Schema } from './data-source-options';

/** Key of the advisory lock under which migrations run: "jobtrail" read as a number, arbitrary but fixed. */
const MIGRATION_LOCK = '7669075103243235692';

/** How long a start waits for a database that does not answer at all. Milliseconds. */
const CONNECT_TIMEOUT = 5_000;

/**
 * Runs the pending migrations, each in a transaction of its own, under an advisory lock: of many instances
 * that start at once one migrates and the others wait for it. Goes to `directUrl`. The lock is one of an open
 * transaction: if that is a transaction pooler after all, the lock of a session would stay with a connection of the
 * pooler and be given back by nobody. No statement timeout applies.
 * @returns the names of the migrations that were run
 */
export const runMigrations = async (database: DatabaseConfig, schema: Schema): Promise<string[]> => {
  const lock = new Client({
    connectionString: database.directUrl,
    application_name: 'jobtrail migration lock',
    connectionTimeoutMillis: CONNECT_TIMEOUT,
  });
  await lock.connect();
  try {
    await lock.query(
      'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0',
    );
    await lock.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    return await runPending(database, schema);
  } finally {
    // Ending the transaction gives the lock back; a pooler ends it with the connection.
    await lock.end();
  }
};

const migrationOptions = (database: DatabaseConfig, schema: Schema) =>
  dataSourceOptions(
    {
      ...database,
      url: database.directUrl,
      // What goes past the pooler has its session for itself.
      preparedStatements: database.preparedStatements || database.directUrl !== database.url,
      statementTimeout: 0,
      maxConnections: 2,
    },
    schema,
  );

const runPending = async (database: DatabaseConfig, schema: Schema): Promise<string[]> => {
  const dataSource = new DataSource(migrationOptions(database, schema));
  await dataSource.initialize();
  try {
    return (await dataSource.runMigrations()).map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
};

/** Names of migrations that the database has and this program does not know: a newer version has migrated it. */
export const unknownMigrations = async (database: DatabaseConfig, schema: Schema): Promise<string[]> => {
  const dataSource = await new DataSource(migrationOptions(database, schema)).initialize();
  try {
    const known = new Set(dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name));
    const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY name');
    return rows.map(({ name }) => name).filter((name) => !known.has(name));
  } finally {
    await dataSource.destroy();
  }
};

/** Whether the database lacks a migration that this program brings. */
export const hasPendingMigrations = async (database: DatabaseConfig, schema: Schema): Promise<boolean> => {
  const dataSource = new DataSource(migrationOptions(database, schema));
  await dataSource.initialize();
  try {
    return await dataSource.showMigrations();
  } finally {
    await dataSource.destroy();
  }
};
