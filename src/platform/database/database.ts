import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { type Statement } from './statement';

interface AmbientTransaction {
  runner: QueryRunner;
  client: PoolClient;
  /** What is to be done when it has ended. */
  afterwards: (() => Promise<void>)[];
}

/**
 * The way to Postgres: named statements for hot paths, TypeORM's entity manager for the rest, and
 * transactions that both join. Inside `transaction` every call of the same asynchronous flow uses the
 * transaction's connection, so a service need not hand one around.
 */
@Injectable()
export class Database {
  private readonly ambient = new AsyncLocalStorage<AmbientTransaction>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** TypeORM's entity manager: the running transaction's, else one that takes a connection a call. */
  get manager(): EntityManager {
    return this.ambient.getStore()?.runner.manager ?? this.dataSource.manager;
  }

  /** The pool under both; for streams that hold a connection, and for measuring it. */
  get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Runs a statement, in the running transaction if there is one, and gives its rows. */
  async query<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const executor = this.ambient.getStore()?.client ?? this.pool;
    const result = await executor.query<Row>({
      name: statement.name,
      text: statement.text,
      values: [...values],
    });
    return result.rows;
  }

  /** As `query`, for a statement that gives exactly one row. */
  async queryOne<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row> {
    const [row] = await this.query<Row>(statement, values);
    if (row === undefined) throw new Error(`No row from ${statement.name ?? statement.text}`);
    return row;
  }

  /**
   * Runs `work` in a READ COMMITTED transaction: committed when it resolves, rolled back when it throws.
   * Inside a running transaction it joins that one.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.ambient.getStore() !== undefined) return work();
    const runner = this.dataSource.createQueryRunner();
    const afterwards: AmbientTransaction['afterwards'] = [];
    try {
      const client = (await runner.connect()) as PoolClient;
      await runner.startTransaction('READ COMMITTED');
      const result = await this.ambient.run({ runner, client, afterwards }, work);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // A broken connection cannot roll back; the server does it for us, and the first error is the one to tell.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
      for (const each of afterwards) await each();
    }
  }

  /**
   * Has `work` done after the running transaction has been committed or rolled back, and before its caller
   * goes on; it must not throw. Gives false, and does nothing, where no transaction runs.
   */
  afterTransaction(work: () => Promise<void>): boolean {
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
}
