import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig } from '../../config';
import { isPassing, isSacrificed, leavesConnection, wasNotSent } from './database-failure';
import { inTime } from './lend';
import { type QueryEnd, type QueryListener } from './query-end';
import { Retries, type Repetition } from './retries';
import { type BoundStatement, type Statement } from './statement';
import { runTransaction, type AmbientTransaction, type TransactionProgress } from './transaction';
import { VerifyingPool } from './verifying-pool';
import { ANSWER_MARGIN } from './watched-client';

/** How a transaction may be repeated. */
export interface TransactionOptions {
  /**
   * `work` sees for itself whether it has been done before, and then changes nothing: it is repeated also when
   * the answer to COMMIT was lost. By default it is not.
   */
  idempotent?: true;
  /** Whether an error of a repetition says that the one before has not ended on the server: that is waited for. */
  unfinished?: (error: unknown) => boolean;
}

/** Told what the transaction failed with; `undefined` once it is committed. */
export type AfterTransaction = (failure: unknown) => Promise<void>;

/**
 * The way to Postgres: named statements for hot paths, TypeORM's entity manager for the rest, and
 * transactions that both join. Inside `transaction` every call of the same asynchronous flow uses the
 * transaction's connection, so a service need not hand one around.
 *
 * What fails for the moment (`isPassing`) is repeated for a while (`Retries`), where nothing is done twice by
 * it: reads; what was never sent; what the server has rolled back; transactions whose COMMIT was not sent.
 * Inside a transaction nothing is repeated but the whole of it.
 */
@Injectable()
export class Database {
  private readonly ambient = new AsyncLocalStorage<AmbientTransaction>();
  private readonly retries: Retries;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {
    this.retries = new Retries(config.database.connectionTimeout);
  }

  /** TypeORM's entity manager: the running transaction's, else one that takes a connection a call. */
  get manager(): EntityManager {
    return this.ambient.getStore()?.runner.manager ?? this.dataSource.manager;
  }

  /** The pool under both; for streams that hold a connection, and for measuring it. */
  get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Milliseconds that the request which has waited longest for a connection has waited; 0: none has to wait. */
  get longestWait(): number {
    const { pool } = this;
    return pool instanceof VerifyingPool ? pool.longestWait : 0;
  }

  /** Has `listener` told of each query from now on, whoever sent it. Streams are not told. */
  onQuery(listener: QueryListener): void {
    const { pool } = this;
    if (pool instanceof VerifyingPool) pool.onQuery(listener);
  }

  /** Tells those listeners of a query that was sent past the pool. */
  report(query: QueryEnd): void {
    const { pool } = this;
    if (pool instanceof VerifyingPool) pool.tell(query);
  }

  /** Milliseconds that the server may go on with a statement whose sender is gone. */
  get workEndsWithin(): number {
    return this.config.database.statementTimeout + ANSWER_MARGIN;
  }

  /**
   * Runs a statement, in the running transaction if there is one, and gives its rows. One that may have been run
   * although its answer was lost is not run again.
   */
  query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.run<Row>(statement, values, false);
  }

  /** As `query`, for a statement that gives exactly one row. */
  async queryOne<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row> {
    return only(statement, await this.query<Row>(statement, values));
  }

  /** As `query`, for a statement that changes and locks nothing: it may be run again whatever happened to it. */
  read<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.run<Row>(statement, values, true);
  }

  /** As `read`, for a statement that gives exactly one row. */
  async readOne<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row> {
    return only(statement, await this.read<Row>(statement, values));
  }

  /** As `readOne`, for a statement that comes with its values. */
  readBound<Row extends QueryResultRow>({ statement, values }: BoundStatement): Promise<Row> {
    return this.readOne<Row>(statement, values);
  }

  /**
   * Runs `work`, which only reads, by other ways than `read`; again, if it fails for the moment.
   * @param tells whether its success tells that the database is there: not where it may do without
   */
  async reading<T>(work: () => Promise<T>, tells = true): Promise<T> {
    return this.ambient.getStore() === undefined ? this.retries.run(work, isPassing, tells) : work();
  }

  /**
   * Runs `work` in a READ COMMITTED transaction: committed when it resolves, rolled back when it throws.
   * Inside a running transaction it joins that one. `work` may be run several times, each time in a transaction of
   * its own of which only the last is committed: whatever it does besides must bear that.
   */
  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (this.ambient.getStore() !== undefined) return work();
    const afterwards: AfterTransaction[] = [];
    const progress: TransactionProgress = { commitSent: false };
    let failure: unknown;
    try {
      return await this.retries.run(
        (repetition) => this.attempt(work, afterwards, progress, options, repetition),
        (error) => isPassing(error) && (!progress.commitSent || options.idempotent === true),
      );
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      for (const each of afterwards) await each(failure);
    }
  }

  /**
   * Has `work` done after the running transaction has been committed or has failed for good, and before its
   * caller goes on; it must not throw. Gives false, and does nothing, where no transaction runs.
   */
  afterTransaction(work: AfterTransaction): boolean {
    const ambient = this.ambient.getStore();
    ambient?.afterwards.push(work);
    return ambient !== undefined;
  }

  /**
   * Runs `work` so that its failure undoes only what it did, and the transaction around it can go on.
   * @throws Error outside a transaction
   */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const ambient = this.ambient.getStore();
    if (ambient === undefined) throw new Error('A savepoint needs a transaction around it');
    await ambient.client.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await ambient.client.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      await ambient.client.query('ROLLBACK TO SAVEPOINT attempt');
      throw error;
    }
  }

  private attempt<T>(
    work: () => Promise<T>,
    afterwards: AfterTransaction[],
    progress: TransactionProgress,
    { unfinished }: TransactionOptions,
    repetition: Repetition | undefined,
  ): Promise<T> {
    return runTransaction(
      this.dataSource.createQueryRunner(),
      (runner, client) => this.ambient.run({ runner, client, afterwards }, work),
      { config: this.config.database, progress, repetition, unfinished },
    );
  }

  private run<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
    reads: boolean,
  ): Promise<Row[]> {
    const ambient = this.ambient.getStore();
    if (ambient !== undefined) return this.send<Row>(ambient.client, statement, values);
    let sent = false;
    return this.retries.run(
      async (repetition) => {
        sent = false;
        const client = await inTime(this.pool.connect(), repetition, (late) => late.release());
        sent = true;
        return this.sendAndGiveBack<Row>(client, statement, values);
      },
      (error) => isPassing(error) && (reads || !sent || isSacrificed(error) || wasNotSent(error)),
    );
  }

  private async sendAndGiveBack<Row extends QueryResultRow>(
    client: PoolClient,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    let broken = false;
    try {
      return await this.send<Row>(client, statement, values);
    } catch (error) {
      broken = !leavesConnection(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private async send<Row extends QueryResultRow>(
    client: PoolClient,
    { name, label, text }: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const query = { text, label, values: [...values] };
    const prepared = name !== undefined && this.config.database.preparedStatements;
    return (await client.query<Row>(prepared ? { ...query, name } : query)).rows;
  }
}

const only = <Row>(statement: Statement, [row]: Row[]): Row => {
  if (row === undefined) throw new Error(`No row from ${statement.label}`);
  return row;
};
