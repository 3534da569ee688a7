import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../config';
import { Database, type QueryEnd } from '../database';
import { type Histogram, type Series } from './histogram';
import { MetricsRegistry } from './metrics-registry';

/** Upper bounds of the buckets in milliseconds. */
const BOUNDS = [0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1000, 2500, 5000, 10_000, 30_000];

/** Names are constants of the program; should somebody make them up all the same, the later ones share a label. */
const MOST_NAMES = 300;
const OTHER = 'other';

/** What has no name of its own: transactions, and what the pool asks. */
const KNOWN_TEXTS: Readonly<Record<string, string>> = {
  'START TRANSACTION': 'transaction.begin',
  'SET TRANSACTION ISOLATION LEVEL READ COMMITTED': 'transaction.begin',
  COMMIT: 'transaction.commit',
  ROLLBACK: 'transaction.rollback',
  'SELECT 1': 'pool.verify',
};

/** The label of what TypeORM has written. */
const TYPEORM = 'typeorm';

/** Measures what Postgres takes for each query, from sending it to its whole answer; streams are not measured. */
@Injectable()
export class QueryTimes implements OnApplicationBootstrap {
  private readonly times: Histogram;
  private readonly series = new Map<string, Series>();
  private failures = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    registry: MetricsRegistry,
  ) {
    this.times = registry.histogram(
      {
        name: 'db_query_time_ms',
        help: 'Milliseconds from sending a query to Postgres until its answer was read, by the name of the query.',
      },
      BOUNDS,
    );
    registry.read({
      name: 'jobtrail_db_query_errors_total',
      help: 'Queries that failed: refused by Postgres, cancelled, or cut off with their connection.',
      type: 'counter',
      read: () => this.failures,
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.metrics.enabled) this.database.onQuery((query) => this.count(query));
  }

  private count({ label, text, durationMs, error }: QueryEnd): void {
    if (error !== undefined) this.failures += 1;
    const name = label ?? KNOWN_TEXTS[text] ?? TYPEORM;
    (this.series.get(name) ?? this.make(name)).observe(durationMs);
  }

  private make(name: string): Series {
    const series = this.times.series({ query: this.series.size < MOST_NAMES ? name : OTHER });
    if (this.series.size < MOST_NAMES) this.series.set(name, series);
    return series;
  }
}
