type Step = () => unknown;

/** Undoes what was done, the last first; each, whatever becomes of the others. */
export class Undoing {
  private readonly steps: Step[] = [];

  /** @param step what undoes it; may be asynchronous */
  add(step: Step): void {
    this.steps.push(step);
  }

  /**
   * Does something and then undoes all that was added, before or meanwhile.
   * @throws the first error, of what was done where that failed; where undoing failed besides, an AggregateError of all
   * that says what the first says
   */
  async after<T>(use: () => Promise<T>): Promise<T> {
    const errors: unknown[] = [];
    const attempt = async <S>(step: () => S): Promise<Awaited<S> | undefined> => {
      try {
        return await step();
      } catch (error) {
        errors.push(error);
        return undefined;
      }
    };
    const result = await attempt(use);
    for (const step of this.steps.splice(0).reverse()) await attempt(step);
    throwFirst(errors);
    return result as T;
  }
}

/** Throws the first of several errors, with the others beside it; nothing for none. */
export const throwFirst = (errors: readonly unknown[]): void => {
  const [first] = errors;
  if (errors.length === 1) throw first;
  if (errors.length > 1)
    throw new AggregateError(errors, messageOf(first), {
      cause: first,
    });
};

/** What an error says. */
export const messageOf = (error: unknown): string =>
  (error as { message?: string } | undefined)?.message ?? String(error);
