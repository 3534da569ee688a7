/** Collects the values of a statement that is put together piece by piece. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Takes a value and gives its placeholder, cast to `type` where one is named. */
  add(value: unknown, type?: string): string {
    this.values.push(value);
    const placeholder = `$${this.values.length}`;
    return type === undefined ? placeholder : `${placeholder}::${type}`;
  }

  /** A number of rows, as `LIMIT` and `OFFSET` take it: one that the planner knows. */
  rows(number: number): string {
    return `${number}`;
  }
}

/**
 * Parameters whose values the planner does not see, for statements that are prepared and whose plan must not
 * depend on the values. Knowing them it expects fewer rows than for any value, finds that plan the cheaper one,
 * and plans anew at each use: for a page of a list that costs more than reading it.
 */
export class HiddenParameters extends Parameters {
  override add(value: unknown, type = 'text'): string {
    const hidden = `(SELECT ${super.add(value, type)})`;
    // `= ANY (SELECT ...)` would take an array for one of many rows.
    return type.endsWith('[]') ? `${hidden}::${type}` : hidden;
  }

  /**
   * Hidden like the values, so that pages of any length and depth are one shape. A planner that knows it compares it
   * with the rows of the average owner, and where those are fewer it reads and sorts all rows, of an owner with a
   * million jobs as well. Not knowing it, it counts on a tenth of the rows, whose cheapest way is an index in the
   * order of the list.
   */
  override rows(number: number): string {
    return this.add(number, 'bigint');
  }
}
