/** Collects the values of a statement that is put together piece by piece. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Takes a value and gives its placeholder, cast to `type` where one is named. */
  add(value: unknown, type?: string): string {
    this.values.push(value);
    const placeholder = `$${this.values.length}`;
    return type === undefined ? placeholder : `${placeholder}::${type}`;
  }
}
