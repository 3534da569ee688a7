import { Client } from 'pg';
import { ROLE } from './cluster';

/** How to reach the embedded server. */
export interface ServerAddress {
  port: number;
  password: string;
}

/** Creates the database unless it is there. */
export async function ensureDatabase(address: ServerAddress, database: string): Promise<void> {
  const client = new Client({
    host: '127.0.0.1',
    port: address.port,
    user: ROLE,
    password: address.password,
    database: 'postgres',
    application_name: 'jobtrail embedded',
    // Given in full, because what is left out is taken from the caller's PG* variables.
    ssl: false,
    options: '-c client_encoding=UTF8',
    client_encoding: 'UTF8',
    connectionTimeoutMillis: 30_000,
  });
  // An error of an idle connection is no reason to end the process; the queries below report their own.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
