import { Readable } from 'node:stream';

/** Size at which pieces are handed on, in characters: few large chunks instead of many small ones. */
const CHUNK = 64 * 1024;

/** Joins the `json` column of rows to the text of one JSON array. */
export const jsonArrayStream = (rows: Readable): Readable =>
  Readable.from(jsonArray(rows), { objectMode: false });

async function* jsonArray(rows: Readable): AsyncGenerator<string> {
  let pending = '[';
  let first = true;
  for await (const { json } of rows as AsyncIterable<{ json: string }>) {
    pending += first ? json : `,${json}`;
    first = false;
    if (pending.length >= CHUNK) {
      yield pending;
      pending = '';
    }
  }
  yield `${pending}]`;
}
