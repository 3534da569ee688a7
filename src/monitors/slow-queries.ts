import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config';
import { Database, queryName, sqlState, type QueryEnd } from '../platform/database';

/** SQLSTATEs (Postgres manual, appendix A) of what was ended for the time it took, or for that of a lock. */
const TOOK_TOO_LONG = new Set(['57014', '55P03']);

/**
 * Logs queries that took longer than `SLOW_QUERY_MS` or were ended for the time they took: by their name, with time and
 * rows, never with values. With `LOG_QUERIES` it logs every query so.
 */
@Injectable()
export class SlowQueries implements OnApplicationBootstrap {
  private readonly logger = new Logger('Database');

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    this.database.onQuery((query) => this.look(query));
  }

  private look(query: QueryEnd): void {
    const { slowQuery, logQueries } = this.config.monitoring;
    const code = query.error === undefined ? undefined : sqlState(query.error);
    if (query.durationMs >= slowQuery || TOOK_TOO_LONG.has(code ?? '')) {
      this.logger.warn(lineOf(query, code), 'Slow query');
    } else if (logQueries) {
      this.logger.log(lineOf(query, code), 'Query');
    }
  }
}

const lineOf = (query: QueryEnd, code: string | undefined): Record<string, unknown> => ({
  query: queryName(query),
  durationMs: Math.round(query.durationMs * 10) / 10,
  rows: query.rows,
  ...(query.error === undefined ? {} : { failed: code ?? 'connection' }),
});
