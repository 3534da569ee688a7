import { Pool, type QueryResultRow } from 'pg';
import { createTestDatabase } from '../test-database';
import { eventually } from '../eventually';

/** A database of its own on the Postgres of the run, and what of the program is to be seen there. */
export class ObservedDatabase {
  private constructor(
    readonly url: string,
    private readonly pool: Pool,
    private readonly drop: () => Promise<void>,
  ) {}

  /** Makes one with all migrations run. */
  static async make(): Promise<ObservedDatabase> {
    const { url, drop } = await createTestDatabase();
    const pool = new Pool({ connectionString: url, max: 2, application_name: 'jobtrail test' });
    return new ObservedDatabase(url, pool, drop);
  }

  /** Runs SQL on a connection of the test. */
  async query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  /** Waits until the program has so many transactions open. */
  untilOpen(transactions: number): Promise<number> {
    return this.untilCount('xact_start IS NOT NULL', transactions);
  }

  /** Waits until the program has no connection any more. */
  untilLeft(): Promise<number> {
    return this.untilCount('true', 0);
  }

  /** Removes it. */
  async remove(): Promise<void> {
    await this.pool.end();
    await this.drop();
  }

  private untilCount(condition: string, wanted: number): Promise<number> {
    const count = async (): Promise<number> => {
      const [row] = await this.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'jobtrail' AND ${condition}`,
      );
      return row?.count ?? -1;
    };
    return eventually(count, (found) => found === wanted);
  }
}
