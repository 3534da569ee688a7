import { Pool, type QueryResultRow } from 'pg';
import { type DatabaseConfig } from '../../../config';
import { type Statement } from '../../database';

/**
 * The connection of the presence, apart from the pool: when that is busy to the last connection, the cache is
 * needed most.
 */
export class PresenceConnection {
  private readonly pool: Pool;

  /** A write waits for it no longer than for a connection of the pool. */
  constructor({ url, idleTimeout, connectionTimeout, preparedStatements }: DatabaseConfig) {
    this.prepared = preparedStatements;
    this.pool = new Pool({
      connectionString: url,
      application_name: 'jobtrail cache',
      max: 1,
      idleTimeoutMillis: idleTimeout,
      connectionTimeoutMillis: connectionTimeout,
      query_timeout: connectionTimeout,
      keepAlive: true,
    });
    // An idle connection that breaks is replaced at its next use.
    this.pool.on('error', () => undefined);
    // One that breaks while it is lent fails its query; nobody else listens, and the process would end.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  private readonly prepared: boolean;

  /** Runs a statement; it is committed when the promise resolves. */
  async query<Row extends QueryResultRow>(
    { name, text }: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const client = await this.pool.connect();
    let broken = true;
    try {
      const { rows } = await client.query<Row>({
        ...(this.prepared && name !== undefined ? { name } : {}),
        text,
        values: [...values],
      });
      broken = false;
      return rows;
    } finally {
      // What failed or stayed out may still be under way on its connection.
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
