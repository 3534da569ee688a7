import { Injectable } from '@nestjs/common';
import { Database, statement } from '../platform/database';
import { MetricsRegistry, RareReading } from '../platform/metrics';

/** Most deltas that are counted: more are as bad. */
const MOST = 100_000;

/** Most readings that are remembered: a day of them, one every 15 s. Of more, the second oldest goes. */
const REMEMBERED = 5_760;

/** $1 most rows: how many deltas there are, up to that, the least id of them, and the last id that was given out. */
const FOLD_LAG = statement(
  'job_counts.lag',
  `SELECT count(*)::integer AS deltas, min(id)::float8 AS first,
          pg_sequence_last_value(pg_get_serial_sequence('job_count_deltas', 'id'))::float8 AS last
   FROM (SELECT id FROM job_count_deltas LIMIT $1) d`,
);

interface Lag {
  [column: string]: unknown;
  deltas: number;
  first: number | null;
  last: number | null;
}

/** Tells how far the fold is behind the writes, so that a missing worker is noticed. */
@Injectable()
export class FoldMetrics {
  constructor(registry: MetricsRegistry, database: Database) {
    const ages = new Ages();
    const reading = new RareReading(async () => {
      const { deltas, first, last } = await database.readOne<Lag>(FOLD_LAG, [MOST]);
      return { deltas, age: ages.look(first, last, performance.now()) };
    });
    registry.read({
      name: 'jobtrail_fold_pending_deltas',
      help: `Changes that are not folded into the counts yet; counted up to ${MOST}.`,
      type: 'gauge',
      aggregator: 'max',
      read: async () => (await reading.figures())?.deltas ?? [],
    });
    registry.read({
      name: 'jobtrail_fold_oldest_seconds',
      help: 'How long the oldest change is known to wait for being folded, by the readings of this process; 0: none waits.',
      type: 'gauge',
      aggregator: 'max',
      read: async () => (await reading.figures())?.age ?? [],
    });
  }
}

/**
 * Tells how old an id is at least, by when it was first seen to have been given out: the rows have no time, which
 * every write would pay for.
 */
export class Ages {
  private readonly seen: { last: number; at: number }[] = [];

  /**
   * @param first the least id that still waits
   * @param last the last id that was given out
   * @param now milliseconds
   * @returns seconds
   */
  look(first: number | null, last: number | null, now: number): number {
    if (last !== null) this.seen.push({ last, at: now });
    if (first === null) {
      this.seen.length = 0;
      return 0;
    }
    // What was given out before the least that waits tells nothing any more.
    while ((this.seen[0]?.last ?? first) < first) this.seen.shift();
    if (this.seen.length > REMEMBERED) this.seen.splice(1, 1);
    return (now - (this.seen[0]?.at ?? now)) / 1000;
  }
}
