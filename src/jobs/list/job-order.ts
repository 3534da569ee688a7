import { type Parameters } from '../../platform/database';
import { type CursorPosition } from '../../platform/pagination';
import { type JobSort } from './job-sort';

/**
 * The order in which rows are read: a sort, or its mirror image for a page before a cursor. Jobs without a
 * value come last in the sort's both directions, so they are a segment of their own: an index gives nulls
 * one end only.
 */
export class ReadingOrder {
  private readonly descending: boolean;
  private readonly forward: boolean;

  constructor(
    readonly sort: JobSort,
    private readonly cursor: CursorPosition | undefined,
  ) {
    this.forward = cursor?.direction !== 'previous';
    this.descending = this.forward ? sort.descending : !sort.descending;
  }

  /** Whether the rows come in the mirror image of the sort. */
  get reversed(): boolean {
    return !this.forward;
  }

  /** `ORDER BY` within one segment: what an index gives as it is. */
  get withinSegment(): string {
    return this.withinSegmentOf('j');
  }

  /** The same for rows that are called otherwise than `j`. */
  withinSegmentOf(rows: string): string {
    return `${rows}.${this.sort.column} ${this.direction}, ${rows}.id ${this.direction}`;
  }

  /** `ORDER BY` over all segments. */
  get overall(): string {
    if (!this.sort.nullable) return this.withinSegment;
    return `(j.${this.sort.column} IS NULL) ${this.forward ? 'ASC' : 'DESC'}, ${this.withinSegment}`;
  }

  /** The conditions of each segment that can hold rows beyond the cursor, in reading order. */
  segments(parameters: Parameters): string[][] {
    const valued = this.valuedSegment(parameters);
    if (!this.sort.nullable) return [valued ?? []];
    const valueless = this.valuelessSegment(parameters);
    const segments = [
      ...(valued === undefined ? [] : [[`j.${this.sort.column} IS NOT NULL`, ...valued]]),
      ...(valueless === undefined ? [] : [[`j.${this.sort.column} IS NULL`, ...valueless]]),
    ];
    return this.forward ? segments : segments.reverse();
  }

  private get direction(): 'ASC' | 'DESC' {
    return this.descending ? 'DESC' : 'ASC';
  }

  private get beyond(): '<' | '>' {
    return this.descending ? '<' : '>';
  }

  private valuedSegment(parameters: Parameters): string[] | undefined {
    if (this.cursor === undefined) return [];
    if (this.cursor.key === null) return this.forward ? undefined : [];
    const key = parameters.add(this.cursor.key, this.sort.cast);
    const id = parameters.add(this.cursor.id, 'uuid');
    return [`(j.${this.sort.column}, j.id) ${this.beyond} (${key}, ${id})`];
  }

  private valuelessSegment(parameters: Parameters): string[] | undefined {
    if (this.cursor === undefined) return [];
    if (this.cursor.key !== null) return this.forward ? [] : undefined;
    return [`j.id ${this.beyond} ${parameters.add(this.cursor.id, 'uuid')}`];
  }
}
