import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type QueryResultRow } from 'pg';
import { AppConfig } from '../../config';
import { Database } from './database';
import { isOutOfConnections } from './database-failure';
import { ReservedConnection } from './reserved-connection';
import { type Statement } from './statement';

/** Milliseconds that one figure may take; and that it may wait for those before it. */
const [STATEMENT_TIMEOUT, PATIENCE] = [1_000, 2_000];

/**
 * Reads figures of what is in Postgres, and of Postgres itself, over a connection of their own (`ReservedConnection`):
 * they are read when the pool is busy to its last connection too. Where Postgres has no room for that connection they take
 * one of the pool, as any request. What is read is told to the listeners of `Database.onQuery`.
 */
@Injectable()
export class FiguresConnection implements OnApplicationShutdown {
  private readonly connection: ReservedConnection;

  constructor(
    { database }: AppConfig,
    private readonly requests: Database,
  ) {
    this.connection = new ReservedConnection(database, {
      name: 'jobtrail figures',
      statementTimeout: STATEMENT_TIMEOUT,
      patience: PATIENCE,
    });
    this.connection.onQuery((query) => requests.report(query));
  }

  /** Runs a statement that changes and locks nothing, and gives its rows. @throws what the database throws */
  async read<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      return await this.connection.query<Row>(statement, values);
    } catch (error) {
      if (!isOutOfConnections(error)) throw error;
      return this.requests.read<Row>(statement, values);
    }
  }

  /** As `read`, for a statement that gives exactly one row. */
  async readOne<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row> {
    const [row] = await this.read<Row>(statement, values);
    if (row === undefined) throw new Error(`No row from ${statement.label}`);
    return row;
  }

  onApplicationShutdown(): Promise<void> {
    return this.connection.close();
  }
}
