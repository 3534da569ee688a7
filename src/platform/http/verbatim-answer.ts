/**
 * An answer that is sent as it is, thrown past whatever would give it another status or shape. Not an error
 * in itself: what was answered before and is repeated.
 */
export class VerbatimAnswer extends Error {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
    readonly body: string,
  ) {
    super('A stored answer is repeated.');
  }
}
