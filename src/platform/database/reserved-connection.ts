import { type PoolConfig, type QueryResultRow } from 'pg';
import { type DatabaseConfig } from '../../config';
import { leavesConnection } from './database-failure';
import { type QueryListener } from './query-end';
import { startupSettings } from './session-settings';
import { type Statement } from './statement';
import { VerifyingPool } from './verifying-pool';
import { type WatchedClientConfig } from './watched-client';

/** The connection is closed when nobody has used it for so long. Milliseconds. */
const IDLE = 60_000;

/** How much longer than its time a statement may take until the server is asked to end it. Milliseconds. */
const CANCEL_MARGIN = 250;

/** How much longer than its time a statement may take until the connection is cut. Milliseconds. */
const ANSWER_MARGIN = 750;

/** Whose a reserved connection is, and its bounds. */
export interface Reservation {
  /** Its name in `pg_stat_activity`. */
  readonly name: string;
  /** Milliseconds that a statement may take. */
  readonly statementTimeout: number;
  /** Milliseconds that a statement may wait for its turn, a new connection included. */
  readonly patience: number;
}

/**
 * A connection to Postgres that requests cannot take: whoever has to know how the database is would else learn nothing
 * while the pool is busy to its last connection. It is opened by the first statement, verified as those of the pool are
 * (`VerifyingPool`), replaced when it breaks, and closed after a minute without use. Its statements run one after the
 * other, and none is tried twice. What takes too long is ended on the server too, so that nothing piles up there: by its
 * statement timeout, behind a pooler by a cancel request. Nothing is prepared: what is asked every few seconds is
 * planned anew, which a pooler of any version bears.
 *
 * Each concern has one of its own. Readiness is to be told within a second, whatever else is asked: sharing one, it would
 * stand in line behind a figure that waits for a lock or adds up many rows, and a bound for figures that is low enough for
 * that would lose them on a server that is merely slow, which is when they are wanted.
 */
export class ReservedConnection {
  private readonly pool: VerifyingPool;
  private closed: Promise<void> | undefined;

  constructor(database: DatabaseConfig, { name, statementTimeout, patience }: Reservation) {
    const config: PoolConfig & WatchedClientConfig = {
      connectionString: database.url,
      application_name: name,
      max: 1,
      connectionTimeoutMillis: patience,
      idleTimeoutMillis: IDLE,
      maxLifetimeSeconds: database.maxLifetimeSeconds,
      cancelAfterMillis: statementTimeout + CANCEL_MARGIN,
      answerTimeoutMillis: statementTimeout + ANSWER_MARGIN,
      allowExitOnIdle: true,
      keepAlive: true,
      ...startupSettings({ ...database, statementTimeout }),
    };
    this.pool = new VerifyingPool(config);
    // An idle connection that breaks is replaced at its next use.
    this.pool.on('error', () => undefined);
  }

  /**
   * Runs a statement when its turn has come. What it changes is committed.
   * @throws what the database throws; SQLSTATE 57014 for a statement that took too long
   */
  async query<Row extends QueryResultRow>(
    { label, text }: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      const query = { text, label, values: [...values] };
      return (await client.query<Row>(query)).rows;
    } catch (error) {
      broken = !leavesConnection(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Has `listener` told of each query from now on. */
  onQuery(listener: QueryListener): void {
    this.pool.onQuery(listener);
  }

  /** Resolves when its statements have ended, which their bounds see to. Safe to call twice. */
  close(): Promise<void> {
    return (this.closed ??= this.pool.end());
  }
}
