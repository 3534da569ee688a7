import { CLOCK_TOLERANCE_MINUTES } from '../../jobs';
import { type Database, statement } from '../../platform/database';

const NOW = statement('import.now', `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`);

/** The database's clock, read once and carried on by this process's monotonic one. */
export class DatabaseClock {
  private readonly readAt = performance.now();

  private constructor(private readonly epochMs: number) {}

  static async read(database: Database): Promise<DatabaseClock> {
    return new DatabaseClock((await database.readOne<{ now: number }>(NOW)).now);
  }

  /** The latest time that may be told, ISO 8601: what lies a little ahead is taken as now. */
  latest(): string {
    const now = this.epochMs + performance.now() - this.readAt;
    return new Date(now + CLOCK_TOLERANCE_MINUTES * 60_000).toISOString();
  }
}
