import { Injectable } from '@nestjs/common';
import { FiguresConnection, statement } from '../platform/database';
import { RareReading } from '../platform/metrics';
import { Ages } from './ages';

/** Most deltas that are counted: more are as bad. */
export const MOST_COUNTED = 100_000;

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

/** How far the fold is behind the writes. */
export interface FoldState {
  /** Changes that are not folded yet; counted up to 100 000. */
  deltas: number;
  /** Seconds for which the oldest of them is known to wait, by the readings of this process; 0: none waits. */
  age: number;
}

/** Reads how far the fold is behind the writes, so that a missing worker is noticed: every 5 s at most. */
@Injectable()
export class FoldLag {
  private readonly ages = new Ages();
  private readonly reading: RareReading<FoldState>;

  constructor(connection: FiguresConnection) {
    this.reading = new RareReading(async () => {
      const { deltas, first, last } = await connection.readOne<Lag>(FOLD_LAG, [MOST_COUNTED]);
      return { deltas, age: this.ages.look(first, last, performance.now()) };
    });
  }

  /** `undefined` where it cannot be read now. */
  state(): Promise<FoldState | undefined> {
    return this.reading.figures();
  }
}
