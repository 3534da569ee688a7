import { type QueryResultRow } from 'pg';
import { type Database, type Statement } from '../platform/database';
import { FIND_DAYS, FIND_STRAYS, FIND_TOTALS } from './cells.statements';
import { type DayRange, type Difference, type Findings } from './difference';
import { FIND_MILESTONES } from './milestones.statements';

/** Differences of one check that are told one by one; the others are counted. */
export const TOLD = 20;

/** Compares what is counted of one owner with their jobs. Each check is one statement, and so of one moment. */
export class OwnerChecks {
  constructor(
    private readonly database: Database,
    private readonly owner: string,
  ) {}

  /** Cells that should not be there. */
  strays(): Promise<Findings> {
    return this.find('stray', FIND_STRAYS, [this.owner, TOLD]);
  }

  /** What jobs say of their trails, of the jobs that were created in a range. */
  milestones({ from, until }: DayRange): Promise<Findings> {
    return this.find('milestone', FIND_MILESTONES, [this.owner, from, until, TOLD]);
  }

  /** The cells of days, and the deltas to come, against the jobs that were created in a range. */
  days({ from, until }: DayRange): Promise<Findings> {
    return this.find('cell', FIND_DAYS, [this.owner, from, until, TOLD]);
  }

  /** The cells of all time against the sum of the cells of days. */
  totals(): Promise<Findings> {
    return this.find('cell', FIND_TOTALS, [this.owner, TOLD]);
  }

  private async find(
    kind: Difference['kind'],
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Findings> {
    type Row = QueryResultRow & { count: number };
    const rows = await this.database.read<Row>(statement, values);
    const first = rows.map(({ count: _count, ...row }) => ({ ...row, kind }) as unknown as Difference);
    return { count: rows[0]?.count ?? 0, first };
  }
}
